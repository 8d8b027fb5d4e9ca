import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { XraySegmentTable } from '../../../store/xray-schema.ts';

export interface Place {
  readonly accountId: string;
  readonly region: string;
}

export type SegmentRow = XraySegmentTable;

/** One that was sent again replaces what it was before; Lambda's own is replaced by Lambda's alone. */
export async function writeSegments(
  tx: Transaction<Database>,
  segments: readonly SegmentRow[],
): Promise<void> {
  const rows = lastOfEach(segments);
  if (rows.length === 0) return;
  await tx
    .insertInto('xray_segments')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'region', 'trace_id', 'id'])
        .doUpdateSet((row) => ({
          is_lambdas: row.ref('excluded.is_lambdas'),
          received_at_ms: row.ref('excluded.received_at_ms'),
          ended_at_ms: row.ref('excluded.ended_at_ms'),
          bytes: row.ref('excluded.bytes'),
          document: row.ref('excluded.document'),
        }))
        .whereRef('excluded.is_lambdas', '>=', 'xray_segments.is_lambdas'),
    )
    .execute();
}

/** All segments of some traces, in the order in which they began to arrive. */
export async function segmentsOf(
  db: Kysely<Database>,
  { accountId, region }: Place,
  traceIds: readonly string[],
): Promise<SegmentRow[]> {
  if (traceIds.length === 0) return [];
  return await db
    .selectFrom('xray_segments')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('trace_id', 'in', [...traceIds])
    .orderBy('trace_id')
    .orderBy('ended_at_ms')
    .orderBy('id')
    .execute();
}

/** A statement may write a row once. */
function lastOfEach(segments: readonly SegmentRow[]): SegmentRow[] {
  const rows = new Map<string, SegmentRow>();
  for (const row of segments) {
    const key = `${row.account_id} ${row.region} ${row.trace_id} ${row.id}`;
    if (row.is_lambdas >= (rows.get(key)?.is_lambdas ?? 0)) rows.set(key, row);
  }
  return [...rows.values()];
}

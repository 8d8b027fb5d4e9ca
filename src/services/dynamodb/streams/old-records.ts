import { type Kysely, sql } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import { RETENTION_MS } from './table-stream.ts';

const RECORDS_AT_A_TIME = 100;

/** When something of a stream is next to be forgotten, as epoch milliseconds: its oldest record, or one that was switched off. */
export async function nextToForget(db: Kysely<Database>): Promise<number | undefined> {
  // Through each stream's first record: there may be millions, of which nobody knows the age without reading them.
  const { rows } = await sql<{ at: number | null }>`
    select min(oldest) as at from (
      select coalesce((
        select created_at_ms from dynamodb_stream_records r where r.stream_id = s.id order by sequence limit 1
      ), disabled_at_ms) as oldest from dynamodb_streams s
    ) of_streams`.execute(db);
  const at = rows[0]?.at ?? undefined;
  return at === undefined ? undefined : at + RETENTION_MS;
}

/** Forgets records past their day, and streams that were switched off a day ago and have none left. */
export async function forgetOld(store: Store, nowMs: number, mayGoOn: () => boolean): Promise<void> {
  const beforeMs = nowMs - RETENTION_MS;
  const streams = await store.db.selectFrom('dynamodb_streams').select(['id', 'disabled_at_ms']).execute();
  for (const { id, disabled_at_ms: disabledAtMs } of streams) {
    while (mayGoOn() && (await forgetSome(store, id, beforeMs)));
    if (disabledAtMs === null || disabledAtMs > beforeMs || !mayGoOn()) continue;
    await store.write(async (tx) => await tx.deleteFrom('dynamodb_streams').where('id', '=', id).execute());
  }
}

/** @returns whether there may be more */
async function forgetSome(store: Store, id: string, beforeMs: number): Promise<boolean> {
  const oldest = await store.db
    .selectFrom('dynamodb_stream_records')
    .select(['sequence', 'created_at_ms'])
    .where('stream_id', '=', id)
    .orderBy('sequence')
    .limit(RECORDS_AT_A_TIME)
    .execute();
  const last = oldest.findLast(({ created_at_ms: at }) => at <= beforeMs);
  if (last === undefined) return false;
  await store.write(
    async (tx) =>
      await tx
        .deleteFrom('dynamodb_stream_records')
        .where('stream_id', '=', id)
        .where('sequence', '<=', last.sequence)
        .execute(),
  );
  return oldest.length === RECORDS_AT_A_TIME;
}

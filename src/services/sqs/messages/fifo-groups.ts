import type { Tx } from '../queues/queue-rows.ts';
import { inChunks, type MessageRow, type NewRow } from './message-rows.ts';

/** One message group of one queue. */
export interface GroupKey {
  readonly contentsId: number;
  readonly groupId: string;
}

/** No receive hands out more messages of a group, so what is in flight is among the first so many. */
export const MOST_IN_FLIGHT = 10;

/**
 * Makes sure of the groups that new messages belong to, and holds them until the write ends: the numbers that the
 * messages get are then in the order in which their writes take effect.
 */
export async function admitToGroups(tx: Tx, rows: readonly NewRow[]): Promise<void> {
  const first = new Map<string, NewRow>();
  for (const row of rows) {
    const key = `${row.contents_id}/${row.group_id ?? ''}`;
    if (!first.has(key)) first.set(key, row);
  }
  // In one order everywhere, so that two platforms do not wait for each other.
  const sorted = [...first.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await inChunks(sorted, async (chunk) => {
    const values = chunk.map((row) => ({
      contents_id: row.contents_id,
      group_id: row.group_id ?? '',
      available_at_ms: row.visible_at_ms,
    }));
    await tx
      .insertInto('sqs_groups')
      .values(values)
      .onConflict((conflict) =>
        conflict
          .columns(['contents_id', 'group_id'])
          .doUpdateSet((eb) => ({ available_at_ms: eb.ref('sqs_groups.available_at_ms') })),
      )
      .execute();
    return [];
  });
}

/** Waits for whoever changes the group, and keeps others from it; before its messages are looked at. */
export async function holdGroup(tx: Tx, { contentsId, groupId }: GroupKey, locks: boolean): Promise<void> {
  // SQLite has one writer.
  if (!locks) return;
  await tx
    .selectFrom('sqs_groups')
    .select('group_id')
    .where('contents_id', '=', contentsId)
    .where('group_id', '=', groupId)
    .forUpdate()
    .execute();
}

/**
 * Works out when a group's next message can be received, after messages of it went or changed.
 * @returns that time; Infinity when the group has no messages left
 */
export async function refreshGroup(tx: Tx, group: GroupKey, nowMs: number): Promise<number> {
  const { contentsId, groupId } = group;
  const head = await tx
    .selectFrom('sqs_messages')
    .select(['visible_at_ms', 'receive_count'])
    .where('contents_id', '=', contentsId)
    .where('group_id', '=', groupId)
    .orderBy('sequence')
    .limit(MOST_IN_FLIGHT)
    .execute();
  const availableAtMs = groupAvailableAtMs(head, nowMs);
  if (availableAtMs === Infinity) {
    await tx
      .deleteFrom('sqs_groups')
      .where('contents_id', '=', contentsId)
      .where('group_id', '=', groupId)
      .execute();
  } else await setAvailable(tx, group, availableAtMs);
  return availableAtMs;
}

export async function setAvailable(
  tx: Tx,
  { contentsId, groupId }: GroupKey,
  availableAtMs: number,
): Promise<void> {
  await tx
    .updateTable('sqs_groups')
    .set({ available_at_ms: availableAtMs })
    .where('contents_id', '=', contentsId)
    .where('group_id', '=', groupId)
    .execute();
}

/** Not before the last of those in flight is back; otherwise when the first one is visible. */
export function groupAvailableAtMs(
  head: readonly Pick<MessageRow, 'visible_at_ms' | 'receive_count'>[],
  nowMs: number,
): number {
  const inFlight = head.filter((row) => row.receive_count > 0 && row.visible_at_ms > nowMs);
  if (inFlight.length > 0) return Math.max(...inFlight.map((row) => row.visible_at_ms));
  return head[0]?.visible_at_ms ?? Infinity;
}

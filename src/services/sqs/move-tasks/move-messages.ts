import { randomUUID } from 'node:crypto';
import { holdContents } from '../messages/dead-letters.ts';
import { admitToGroups, refreshGroup } from '../messages/fifo-groups.ts';
import {
  insertInOrder,
  insertMessages,
  type MessageRow,
  removeRows,
  unnumbered,
} from '../messages/message-rows.ts';
import type { Tx } from '../queues/queue-rows.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';

export interface MoveStep {
  readonly source: StoredQueue;
  /** Messages to move at most. */
  readonly most: number;
  /** The queue a message goes to; undefined when that does not exist. Null: nobody knows where it came from. */
  readonly destinationOf: (row: MessageRow) => StoredQueue | undefined | null;
  readonly nowMs: number;
  readonly skipsLocked: boolean;
}

export interface MoveOutcome {
  readonly moved: number;
  readonly destinations: readonly StoredQueue[];
  /** Why the rest cannot be moved. */
  readonly failureReason: string | undefined;
}

/** Moves messages nobody has in hand. At their destination they are new: with another id, and never received. */
export async function moveMessages(tx: Tx, step: MoveStep): Promise<MoveOutcome> {
  const rows = step.source.isFifo ? await fifoCandidates(tx, step) : await standardCandidates(tx, step);
  const moving: MessageRow[] = [];
  const destinations = new Map<number, StoredQueue>();
  let failureReason: string | undefined;
  for (const row of rows) {
    const queue = step.destinationOf(row);
    const isThere =
      queue && (destinations.has(queue.id) || (await holdContents(tx, queue, step.skipsLocked)));
    if (!queue || isThere !== true) {
      failureReason =
        queue === null ? 'CouldNotDetermineMessageSource' : 'AWS.SimpleQueueService.NonExistentQueue';
      break;
    }
    destinations.set(queue.id, queue);
    moving.push({ ...row, contents_id: queue.contentsId });
  }
  await writeMoved(tx, step, moving);
  return { moved: moving.length, destinations: [...destinations.values()], failureReason };
}

async function writeMoved(tx: Tx, { source, nowMs }: MoveStep, moving: readonly MessageRow[]): Promise<void> {
  await removeRows(
    tx,
    moving.map((row) => row.sequence),
  );
  const rows = moving.map((row) => ({
    ...unnumbered(row),
    message_id: randomUUID(),
    sent_at_ms: nowMs,
    visible_at_ms: nowMs,
    receive_count: 0,
    received_at_ms: null,
    first_received_at_ms: null,
    receive_attempt_id: null,
    dead_letter_source: null,
  }));
  if (!source.isFifo) return await insertMessages(tx, rows);
  const groups = new Set(moving.map((row) => row.group_id ?? ''));
  for (const groupId of groups) await refreshGroup(tx, { contentsId: source.contentsId, groupId }, nowMs);
  await admitToGroups(tx, rows);
  await insertInOrder(tx, rows);
}

async function standardCandidates(tx: Tx, step: MoveStep): Promise<MessageRow[]> {
  return await tx
    .selectFrom('sqs_messages')
    .selectAll()
    .where('contents_id', '=', step.source.contentsId)
    .where('visible_at_ms', '<=', step.nowMs)
    .orderBy('visible_at_ms')
    .orderBy('sequence')
    .limit(step.most)
    .$if(step.skipsLocked, (query) => query.forUpdate().skipLocked())
    .execute();
}

/** From groups that nobody is reading, each from its beginning. */
async function fifoCandidates(tx: Tx, step: MoveStep): Promise<MessageRow[]> {
  const { source, nowMs, most, skipsLocked } = step;
  const groups = await tx
    .selectFrom('sqs_groups')
    .select('group_id')
    .where('contents_id', '=', source.contentsId)
    .where('available_at_ms', '<=', nowMs)
    .orderBy('available_at_ms')
    .orderBy('group_id')
    .limit(most)
    .$if(skipsLocked, (query) => query.forUpdate().skipLocked())
    .execute();
  const rows: MessageRow[] = [];
  for (const { group_id: groupId } of groups) {
    if (rows.length >= most) break;
    const head = await tx
      .selectFrom('sqs_messages')
      .selectAll()
      .where('contents_id', '=', source.contentsId)
      .where('group_id', '=', groupId)
      .orderBy('sequence')
      .limit(most - rows.length)
      .execute();
    const hidden = head.findIndex((row) => row.visible_at_ms > nowMs);
    rows.push(...(hidden === -1 ? head : head.slice(0, hidden)));
  }
  return rows;
}

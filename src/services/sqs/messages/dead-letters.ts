import type { Tx } from '../queues/queue-rows.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import { admitToGroups } from './fifo-groups.ts';
import { inChunks, insertInOrder, type MessageRow, removeRows, unnumbered } from './message-rows.ts';

/** Where a queue's messages go that were received too often. */
export interface DeadLetterTarget {
  readonly queue: StoredQueue;
  /** Receives a message gets before it goes there. */
  readonly maxReceives: number;
}

/** What decides whether a message is handed out once more. */
export interface Handling {
  readonly retentionMs: number;
  readonly deadLetters: DeadLetterTarget | undefined;
  readonly nowMs: number;
}

export type Verdict = 'live' | 'expired' | 'dead';

export function verdictOf(
  row: Pick<MessageRow, 'sent_at_ms' | 'receive_count'>,
  { retentionMs, deadLetters, nowMs }: Handling,
): Verdict {
  if (row.sent_at_ms + retentionMs <= nowMs) return 'expired';
  return deadLetters !== undefined && row.receive_count >= deadLetters.maxReceives ? 'dead' : 'live';
}

/** Keeps the target as it is until the write ends. False when it was deleted or purged meanwhile. */
export async function holdContents(tx: Tx, { contentsId }: StoredQueue, locks: boolean): Promise<boolean> {
  const row = await tx
    .selectFrom('sqs_queues')
    .select('id')
    .where('contents_id', '=', contentsId)
    .where('deleted_at_ms', 'is', null)
    .$if(locks, (query) => query.forShare())
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Moves messages of a standard queue to its dead-letter queue as they are: with their ids, their receive counts and
 * the time they were sent, from which their retention goes on counting.
 */
export async function buryStandard(
  tx: Tx,
  sequences: readonly number[],
  source: StoredQueue,
  { queue }: DeadLetterTarget,
  nowMs: number,
): Promise<void> {
  await inChunks(sequences, async (chunk) => {
    await tx
      .updateTable('sqs_messages')
      .set({ contents_id: queue.contentsId, visible_at_ms: nowMs, dead_letter_source: source.arn })
      .where('sequence', 'in', chunk)
      .execute();
    return [];
  });
}

/** The same for FIFO queues: behind what is in the group there already, with a retention that begins again. */
export async function buryFifo(
  tx: Tx,
  rows: readonly MessageRow[],
  source: StoredQueue,
  { queue }: DeadLetterTarget,
  nowMs: number,
): Promise<void> {
  const moved = rows.map((row) => ({
    ...unnumbered(row),
    contents_id: queue.contentsId,
    visible_at_ms: nowMs,
    sent_at_ms: nowMs,
    dead_letter_source: source.arn,
  }));
  await removeRows(
    tx,
    rows.map((row) => row.sequence),
  );
  await admitToGroups(tx, moved);
  await insertInOrder(tx, moved);
}

import type { Selectable } from 'kysely';
import type { SqsMessageTable } from '../../../store/sqs-schema.ts';
import type { Tx } from '../queues/queue-rows.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import type { MessageAttributes } from './message-attributes.ts';

export type MessageRow = Selectable<SqsMessageTable>;
/** A row that has no number yet. */
export type NewRow = Omit<MessageRow, 'sequence'>;

/** A message that was accepted and is to be written. */
export interface MessageDraft {
  /** UUID */
  readonly messageId: string;
  readonly body: string;
  readonly attributes: MessageAttributes | undefined;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly senderId: string;
  readonly traceHeader: string | undefined;
  /** Whether the caller gave it as a system attribute, which the answer then has a digest of. */
  readonly hasSystemAttributes: boolean;
  readonly sentAtMs: number;
  readonly visibleAtMs: number;
}

/** Rows of one statement, largest first: so few sizes that each stays prepared. */
const CHUNKS = [64, 16, 4, 1];

/** Runs a statement over chunks of the items, all of them sent at once. Answers come in the order of the items. */
export async function inChunks<Item, Result>(
  items: readonly Item[],
  run: (chunk: readonly Item[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const running: Promise<readonly Result[]>[] = [];
  let next = 0;
  for (const size of CHUNKS) {
    for (; items.length - next >= size; next += size) running.push(run(items.slice(next, next + size)));
  }
  return (await Promise.all(running)).flat();
}

export function rowOf({ contentsId }: StoredQueue, draft: MessageDraft): NewRow {
  return {
    contents_id: contentsId,
    visible_at_ms: draft.visibleAtMs,
    receive_count: 0,
    received_at_ms: null,
    first_received_at_ms: null,
    receive_attempt_id: null,
    sent_at_ms: draft.sentAtMs,
    message_id: draft.messageId,
    group_id: draft.groupId ?? null,
    deduplication_id: draft.deduplicationId ?? null,
    sender_id: draft.senderId,
    trace_header: draft.traceHeader ?? null,
    dead_letter_source: null,
    attributes: draft.attributes === undefined ? null : JSON.stringify(draft.attributes),
    body: draft.body,
  };
}

export async function insertMessages(tx: Tx, rows: readonly NewRow[]): Promise<void> {
  await inChunks(rows, async (chunk) => {
    await tx.insertInto('sqs_messages').values(chunk).execute();
    return [];
  });
}

/** @returns the number each message got, by its id */
export async function insertInOrder(tx: Tx, rows: readonly NewRow[]): Promise<Map<string, number>> {
  const numbered = await inChunks(rows, async (chunk) =>
    tx.insertInto('sqs_messages').values(chunk).returning(['message_id', 'sequence']).execute(),
  );
  return new Map(numbered.map((row) => [row.message_id, row.sequence]));
}

export async function removeRows(tx: Tx, sequences: readonly number[]): Promise<void> {
  await inChunks(sequences, async (chunk) => {
    await tx.deleteFrom('sqs_messages').where('sequence', 'in', chunk).execute();
    return [];
  });
}

/** The message as a new one, which is to get a number of its own. */
export function unnumbered(row: MessageRow): NewRow {
  const copy: Partial<MessageRow> = { ...row };
  delete copy.sequence;
  return copy as NewRow;
}

/** As FIFO queues show it: twenty digits. */
export function sequenceNumber(sequence: number): string {
  return `188${String(sequence).padStart(17, '0')}`;
}

/** How messages are marked as received. */
export interface ClaimMark {
  readonly visibilityMs: number;
  readonly attemptId: string | undefined;
}

/** Hides messages from other receivers. @returns them as they are then, in the order of `sequences` */
export async function markReceived(
  tx: Tx,
  sequences: readonly number[],
  { visibilityMs, attemptId }: ClaimMark,
  nowMs: number,
): Promise<MessageRow[]> {
  const rows = await inChunks(sequences, async (chunk) =>
    tx
      .updateTable('sqs_messages')
      .set((eb) => ({
        visible_at_ms: nowMs + visibilityMs,
        receive_count: eb('receive_count', '+', 1),
        received_at_ms: nowMs,
        first_received_at_ms: eb.fn.coalesce('first_received_at_ms', eb.val(nowMs)),
        receive_attempt_id: attemptId ?? null,
      }))
      .where('sequence', 'in', chunk)
      .returningAll()
      .execute(),
  );
  const bySequence = new Map(rows.map((row) => [row.sequence, row]));
  return sequences.flatMap((sequence) => bySequence.get(sequence) ?? []);
}

import type { Tx } from '../queues/queue-rows.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import { admitToGroups } from './fifo-groups.ts';
import { inChunks, insertInOrder, type MessageDraft, rowOf } from './message-rows.ts';

/** A FIFO queue takes a deduplication id for the same message, for so long. */
const DEDUPLICATION_MS = 300_000;

/** A message for a FIFO queue. */
export interface FifoSend {
  readonly queue: StoredQueue;
  readonly draft: MessageDraft;
}

/** What a message has become: of a duplicate, the one that was accepted before. */
export interface Accepted {
  readonly messageId: string;
  readonly sequence: number;
}

interface DeduplicationKey {
  readonly queue_id: number;
  readonly scope: string;
  readonly deduplication_id: string;
}

/** Writes messages that have not been sent before, in order. @returns an answer for each */
export async function sendFifo(tx: Tx, sends: readonly FifoSend[]): Promise<Accepted[]> {
  const firsts = new Map<string, FifoSend>();
  for (const send of sends) {
    const key = textOf(keyOf(send));
    if (!firsts.has(key)) firsts.set(key, send);
  }
  const isNew = await remember(tx, [...firsts.values()]);
  const fresh = [...firsts.values()].filter((send) => isNew.has(textOf(keyOf(send))));
  const rows = fresh.map(({ queue, draft }) => rowOf(queue, draft));
  await admitToGroups(tx, rows);
  const sequences = await insertInOrder(tx, rows);
  const accepted = new Map<string, Accepted>();
  for (const send of fresh) {
    const { messageId } = send.draft;
    accepted.set(textOf(keyOf(send)), { messageId, sequence: sequences.get(messageId) ?? 0 });
  }
  await number(tx, fresh, accepted);
  const repeated = [...firsts.values()].filter((send) => !accepted.has(textOf(keyOf(send))));
  for (const send of repeated) accepted.set(textOf(keyOf(send)), await earlier(tx, keyOf(send)));
  return sends.map((send) => accepted.get(textOf(keyOf(send))) ?? unknown());
}

function keyOf({ queue, draft }: FifoSend): DeduplicationKey {
  const isPerGroup = queue.attributes['DeduplicationScope'] === 'messageGroup';
  return {
    queue_id: queue.id,
    scope: isPerGroup ? (draft.groupId ?? '') : '',
    deduplication_id: draft.deduplicationId ?? '',
  };
}

function textOf({ queue_id, scope, deduplication_id }: DeduplicationKey): string {
  return `${queue_id} ${scope} ${deduplication_id}`;
}

/** Claims the deduplication ids. @returns the keys that nobody has used in the last five minutes */
async function remember(tx: Tx, sends: readonly FifoSend[]): Promise<Set<string>> {
  const fresh = await inChunks(sends, async (chunk) => {
    const nowMs = Math.max(...chunk.map(({ draft }) => draft.sentAtMs));
    const values = chunk.map((send) => ({
      ...keyOf(send),
      message_id: send.draft.messageId,
      sequence: 0,
      expires_at_ms: send.draft.sentAtMs + DEDUPLICATION_MS,
    }));
    return await tx
      .insertInto('sqs_deduplications')
      .values(values)
      .onConflict((conflict) =>
        conflict
          .columns(['queue_id', 'scope', 'deduplication_id'])
          .doUpdateSet((eb) => ({
            message_id: eb.ref('excluded.message_id'),
            sequence: 0,
            expires_at_ms: eb.ref('excluded.expires_at_ms'),
          }))
          .where('sqs_deduplications.expires_at_ms', '<=', nowMs),
      )
      .returning(['queue_id', 'scope', 'deduplication_id'])
      .execute();
  });
  return new Set(fresh.map(textOf));
}

/** Writes down which numbers the messages got, for the answers to duplicates. */
async function number(
  tx: Tx,
  sends: readonly FifoSend[],
  accepted: ReadonlyMap<string, Accepted>,
): Promise<void> {
  await inChunks(sends, async (chunk) => {
    const values = chunk.map((send) => ({
      ...keyOf(send),
      message_id: send.draft.messageId,
      sequence: accepted.get(textOf(keyOf(send)))?.sequence ?? 0,
      expires_at_ms: send.draft.sentAtMs + DEDUPLICATION_MS,
    }));
    await tx
      .insertInto('sqs_deduplications')
      .values(values)
      .onConflict((conflict) =>
        conflict
          .columns(['queue_id', 'scope', 'deduplication_id'])
          .doUpdateSet((eb) => ({ sequence: eb.ref('excluded.sequence') })),
      )
      .execute();
    return [];
  });
}

async function earlier(tx: Tx, key: DeduplicationKey): Promise<Accepted> {
  const row = await tx
    .selectFrom('sqs_deduplications')
    .select(['message_id', 'sequence'])
    .where('queue_id', '=', key.queue_id)
    .where('scope', '=', key.scope)
    .where('deduplication_id', '=', key.deduplication_id)
    .executeTakeFirstOrThrow();
  return { messageId: row.message_id, sequence: row.sequence };
}

function unknown(): never {
  throw new Error('A message of a FIFO queue was left without an answer.');
}

import { randomUUID } from 'node:crypto';
import { notificationDelivery } from '../delivery/notification.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import type { StoredSubscription } from '../subscriptions/stored-subscription.ts';
import type { StoredTopic } from '../topics/stored-topic.ts';
import type { Tx } from '../topics/topic-rows.ts';
import type { MessageDraft } from './message-draft.ts';

export interface PublishedMessage {
  readonly messageId: string;
  /** Only of FIFO topics. */
  readonly sequenceNumber: string | undefined;
}

/** FIFO topics know a message again for so long. */
const DEDUPLICATION_MS = 5 * 60_000;

/**
 * Publishes a message: on disk is one delivery for each subscription that takes it.
 * @param origin where clients reach the platform, for the links in notifications
 */
export async function publishMessage(
  deps: SnsDependencies,
  topic: StoredTopic,
  draft: MessageDraft,
  origin: string,
): Promise<PublishedMessage> {
  const messageId = randomUUID();
  const takers = takersOf(deps, topic, draft);
  if (!topic.isFifo && takers.length === 0) return { messageId, sequenceNumber: undefined };
  const nowMs = deps.clock.now();
  let published: PublishedMessage = { messageId, sequenceNumber: undefined };
  const inserted = await deps.store.write(async (tx) => {
    const numbered = await numberedMessage(tx, topic, draft, messageId, nowMs);
    published = numbered;
    if (numbered.isKnown) return undefined;
    const { sequenceNumber } = numbered;
    return await deps.deliveries.insert(
      tx,
      takers.map((subscription) =>
        notificationDelivery(topic, subscription, draft, { messageId, sequenceNumber, nowMs, origin }),
      ),
    );
  });
  if (inserted !== undefined) deps.deliveries.begin(inserted);
  return { messageId: published.messageId, sequenceNumber: published.sequenceNumber };
}

function takersOf(
  { directory }: SnsDependencies,
  topic: StoredTopic,
  draft: MessageDraft,
): StoredSubscription[] {
  return [...directory.subscriptionsOf(topic.arn)].filter(({ token, filter, protocol }) => {
    if (token !== undefined) return false;
    const message = draft.texts[protocol] ?? draft.texts['default'] ?? '';
    return filter === undefined || filter({ message, attributes: draft.attributes });
  });
}

/** A message of a FIFO topic gets the next number, unless one with its deduplication id did so a moment ago. */
async function numberedMessage(
  tx: Tx,
  topic: StoredTopic,
  { groupId, deduplicationId }: MessageDraft,
  messageId: string,
  nowMs: number,
): Promise<PublishedMessage & { readonly isKnown: boolean }> {
  if (deduplicationId === undefined) return { messageId, sequenceNumber: undefined, isKnown: false };
  const scope = topic.attributes['FifoThroughputScope'] === 'MessageGroup' ? (groupId ?? '') : '';
  const sequence = await nextSequence(tx, topic.arn);
  await tx
    .deleteFrom('sns_deduplications')
    .where('topic_arn', '=', topic.arn)
    .where('expires_at_ms', '<=', nowMs)
    .execute();
  const known = await tx
    .selectFrom('sns_deduplications')
    .selectAll()
    .where('topic_arn', '=', topic.arn)
    .where('scope', '=', scope)
    .where('deduplication_id', '=', deduplicationId)
    .executeTakeFirst();
  if (known !== undefined)
    return { messageId: known.message_id, sequenceNumber: known.sequence_number, isKnown: true };
  const sequenceNumber = `1${String(sequence).padStart(19, '0')}`;
  await tx
    .insertInto('sns_deduplications')
    .values({
      topic_arn: topic.arn,
      scope,
      deduplication_id: deduplicationId,
      message_id: messageId,
      sequence_number: sequenceNumber,
      expires_at_ms: nowMs + DEDUPLICATION_MS,
    })
    .execute();
  return { messageId, sequenceNumber, isKnown: false };
}

/** Whoever writes it first keeps the topic's other publishers waiting until its message stands before theirs. */
async function nextSequence(tx: Tx, topicArn: string): Promise<number> {
  const { sequence } = await tx
    .insertInto('sns_sequences')
    .values({ topic_arn: topicArn, sequence: 1 })
    .onConflict((conflict) =>
      conflict
        .column('topic_arn')
        .doUpdateSet((row) => ({ sequence: row('sns_sequences.sequence', '+', 1) })),
    )
    .returning('sequence')
    .executeTakeFirstOrThrow();
  return sequence;
}

import { randomUUID } from 'node:crypto';
import type { Delivery } from '../../../delivery/delivery.ts';
import type { Attributes } from '../publishing/message-attributes.ts';
import type { MessageDraft } from '../publishing/message-draft.ts';
import type { StoredSubscription, SubscriptionRow } from '../subscriptions/stored-subscription.ts';
import type { StoredTopic } from '../topics/stored-topic.ts';

export const SENDER = 'sns';

/** What a subscription is sent, as it waits on disk. */
export type Notification = MessageNotification | ConfirmationRequest;

export interface MessageNotification {
  readonly kind: 'message';
  readonly subscriptionArn: string;
  readonly topicArn: string;
  readonly messageId: string;
  readonly message: string;
  readonly subject: string | undefined;
  readonly attributes: Attributes;
  /** ISO 8601 */
  readonly timestamp: string;
  readonly signatureVersion: '1' | '2';
  /** Where clients reach the platform. */
  readonly origin: string;
  readonly sequenceNumber: string | undefined;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  /** Absent: it begins a trace of its own. */
  readonly traceHeader?: string | undefined;
}

/** Asks an endpoint to send the token back. */
export interface ConfirmationRequest {
  readonly kind: 'confirmation';
  readonly subscriptionArn: string;
  readonly topicArn: string;
  readonly messageId: string;
  readonly token: string;
  readonly timestamp: string;
  readonly signatureVersion: '1' | '2';
  readonly origin: string;
}

interface Publication {
  readonly messageId: string;
  readonly sequenceNumber: string | undefined;
  readonly nowMs: number;
  readonly origin: string;
}

export function notificationDelivery(
  topic: StoredTopic,
  { arn, protocol }: StoredSubscription,
  draft: MessageDraft,
  { messageId, sequenceNumber, nowMs, origin }: Publication,
): Delivery {
  const notification: MessageNotification = {
    kind: 'message',
    subscriptionArn: arn,
    topicArn: topic.arn,
    messageId,
    message: draft.texts[protocol] ?? draft.texts['default'] ?? '',
    subject: draft.subject,
    attributes: draft.attributes,
    timestamp: new Date(nowMs).toISOString(),
    signatureVersion: topic.attributes['SignatureVersion'] === '2' ? '2' : '1',
    origin,
    sequenceNumber,
    groupId: draft.groupId,
    deduplicationId: draft.deduplicationId,
    traceHeader: draft.traceHeader,
  };
  const lane = topic.isFifo ? `${arn}#${draft.groupId ?? ''}` : arn;
  return delivery(notification, lane, topic.isFifo, nowMs);
}

/** For the row that is on disk in the end, which may be an earlier one. */
export function confirmationDelivery(
  { topic_arn: topicArn }: SubscriptionRow,
  origin: string,
  nowMs: number,
): (row: SubscriptionRow) => Delivery {
  return ({ arn, token }) => {
    const notification: ConfirmationRequest = {
      kind: 'confirmation',
      subscriptionArn: arn,
      topicArn,
      messageId: randomUUID(),
      token: token ?? '',
      timestamp: new Date(nowMs).toISOString(),
      signatureVersion: '1',
      origin,
    };
    return delivery(notification, arn, false, nowMs);
  };
}

function delivery(notification: Notification, lane: string, isOrdered: boolean, nowMs: number): Delivery {
  return {
    id: randomUUID(),
    sender: SENDER,
    lane,
    isOrdered,
    content: JSON.stringify(notification),
    acceptedAtMs: nowMs,
    dueAtMs: nowMs,
    attempts: 0,
  };
}

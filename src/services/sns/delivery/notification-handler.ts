import type { Delivery, DeliveryHandler, DeliveryStep } from '../../../delivery/delivery.ts';
import type { EventAcceptor } from '../../../model/event-acceptor.ts';
import type { QueueSender, QueueSenderIdentity } from '../../../model/queue-ports.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { SnsDirectory } from '../sns-directory.ts';
import {
  type HttpDeliveryPolicy,
  policyInEffect,
  retryDelaySeconds,
} from '../subscriptions/delivery-policy.ts';
import type { StoredSubscription } from '../subscriptions/stored-subscription.ts';
import { parseTopicArn } from '../topics/topic-name.ts';
import { confirmationEnvelope, functionEvent, messageEnvelope } from './envelope.ts';
import { type HttpOutcome, post } from './http-endpoint.ts';
import type { MessageNotification, Notification } from './notification.ts';
import { platformRetryMs } from './platform-retries.ts';
import type { NotificationSigner } from './signer.ts';

export interface NotificationTargets {
  readonly directory: SnsDirectory;
  readonly queues: QueueSender;
  readonly functions: EventAcceptor;
  readonly signer: NotificationSigner;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** Hands a topic's messages to its subscribers; what cannot be delivered goes to the subscription's dead-letter queue. */
export class NotificationHandler implements DeliveryHandler {
  readonly #targets: NotificationTargets;

  constructor(targets: NotificationTargets) {
    this.#targets = targets;
  }

  async attempt(delivery: Delivery): Promise<DeliveryStep> {
    const notification = JSON.parse(delivery.content) as Notification;
    const subscription = this.#targets.directory.subscription(notification.subscriptionArn);
    // It ended meanwhile.
    if (subscription === undefined) return { kind: 'done' };
    const policy = this.#policyOf(subscription);
    const outcome = await this.#hand(notification, subscription, policy);
    if (outcome.kind === 'taken') return { kind: 'done' };
    const isWeb = subscription.protocol === 'http' || subscription.protocol === 'https';
    const afterMs = isWeb
      ? secondsToMs(retryDelaySeconds(policy.healthyRetryPolicy, delivery.attempts + 1))
      : platformRetryMs(delivery.attempts + 1);
    if (outcome.kind === 'failed' && afterMs !== undefined) return { kind: 'retry', afterMs };
    await this.#giveUp(notification, subscription, outcome.problem);
    return { kind: 'done' };
  }

  #policyOf({ topicArn, attributes }: StoredSubscription): HttpDeliveryPolicy {
    const topic = this.#targets.directory.topic(topicArn);
    return policyInEffect(attributes['DeliveryPolicy'], topic?.attributes['DeliveryPolicy']);
  }

  async #hand(
    notification: Notification,
    subscription: StoredSubscription,
    policy: HttpDeliveryPolicy,
  ): Promise<HttpOutcome> {
    if (notification.kind === 'confirmation' || subscription.protocol.startsWith('http')) {
      return await this.#post(notification, subscription, policy);
    }
    try {
      if (subscription.protocol === 'sqs')
        await this.#send(notification, subscription, subscription.endpoint);
      else await this.#invoke(notification, subscription);
      return { kind: 'taken' };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      const isFinal = error instanceof ServiceError && error.status < 500;
      return { kind: isFinal ? 'refused' : 'failed', problem };
    }
  }

  async #send(
    notification: MessageNotification,
    subscription: StoredSubscription,
    queueArn: string,
  ): Promise<void> {
    const { attributes, groupId, deduplicationId, traceHeader } = notification;
    const isRaw = subscription.isRaw;
    const isFifoQueue = queueArn.endsWith('.fifo');
    await this.#targets.queues.send({
      queueArn,
      sender: senderOf(notification),
      body: isRaw ? notification.message : await messageEnvelope(notification, this.#targets.signer),
      ...(isRaw && { attributes }),
      ...(groupId !== undefined && { groupId }),
      ...(isFifoQueue && deduplicationId !== undefined && { deduplicationId }),
      ...(traceHeader !== undefined && { traceHeader }),
    });
  }

  async #invoke(notification: MessageNotification, { endpoint }: StoredSubscription): Promise<void> {
    const { traceHeader } = notification;
    await this.#targets.functions.accept({
      functionArn: endpoint,
      sender: senderOf(notification),
      payload: await functionEvent(notification, this.#targets.signer),
      ...(traceHeader !== undefined && { traceHeader }),
    });
  }

  async #post(
    notification: Notification,
    { endpoint, isRaw }: StoredSubscription,
    { contentType }: HttpDeliveryPolicy,
  ): Promise<HttpOutcome> {
    const { signer } = this.#targets;
    const isMessage = notification.kind === 'message';
    const rawHeader: Readonly<Record<string, string>> =
      isMessage && isRaw ? { 'x-amz-sns-rawdelivery': 'true' } : {};
    const envelope = isMessage
      ? isRaw
        ? notification.message
        : await messageEnvelope(notification, signer)
      : await confirmationEnvelope(notification, signer);
    return await post({
      url: endpoint,
      body: envelope,
      headers: {
        'content-type': contentType,
        'x-amz-sns-message-type': isMessage ? 'Notification' : 'SubscriptionConfirmation',
        'x-amz-sns-message-id': notification.messageId,
        'x-amz-sns-topic-arn': notification.topicArn,
        ...(isMessage && { 'x-amz-sns-subscription-arn': notification.subscriptionArn }),
        ...rawHeader,
      },
    });
  }

  async #giveUp(
    notification: Notification,
    subscription: StoredSubscription,
    problem: string,
  ): Promise<void> {
    const { onNotice } = this.#targets;
    const { endpoint, deadLetterQueue } = subscription;
    const what = `The message ${notification.messageId} of ${notification.topicArn} for ${endpoint}`;
    if (notification.kind === 'confirmation' || deadLetterQueue === undefined) {
      onNotice(`${what} could not be delivered: ${problem}`);
      return;
    }
    try {
      await this.#send(notification, subscription, deadLetterQueue);
    } catch (error) {
      onNotice(
        `${what} could not be delivered (${problem}), nor to its dead-letter queue: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

function senderOf({ topicArn }: MessageNotification): QueueSenderIdentity {
  return {
    kind: 'service',
    principal: 'sns.amazonaws.com',
    sourceArn: topicArn,
    sourceAccount: parseTopicArn(topicArn).accountId,
  };
}

function secondsToMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

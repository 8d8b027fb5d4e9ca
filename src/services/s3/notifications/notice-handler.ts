import type { Delivery, DeliveryHandler, DeliveryStep } from '../../../delivery/delivery.ts';
import { exhaustedLimit, retryDelayMs } from '../../../delivery/target-retries.ts';
import type { Clock } from '../../../model/clock.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import type { Notice } from './bucket-notifier.ts';
import { busEvent, hostId, notificationEvent } from './event-record.ts';
import { type NotificationTargets, s3Sender } from './notification-targets.ts';

interface HandlerOptions extends NotificationTargets {
  readonly clock: Clock;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** Tells queues, topics, functions and event buses what happened in a bucket; who cannot be told at all is left out. */
export class NoticeHandler implements DeliveryHandler {
  readonly #options: HandlerOptions;

  constructor(options: HandlerOptions) {
    this.#options = options;
  }

  async attempt(delivery: Delivery): Promise<DeliveryStep> {
    const { clock, onNotice } = this.#options;
    try {
      await this.#hand(JSON.parse(delivery.content) as Notice);
      return { kind: 'done' };
    } catch (error) {
      const isFinal = error instanceof ServiceError && error.status < 500;
      if (!isFinal && exhaustedLimit(delivery, undefined, clock.now()) === undefined)
        return { kind: 'retry', afterMs: retryDelayMs(delivery) };
      onNotice(`A notification of the bucket ${delivery.lane} could not be delivered: ${String(error)}`);
      return { kind: 'done' };
    }
  }

  async #hand(notice: Notice): Promise<void> {
    if (notice.kind === 'test') {
      const { bucket, requestId, timeMs } = notice;
      const body = testEvent(bucket.name, requestId, timeMs);
      await this.#send(notice.rule, s3Sender(bucket), body, undefined);
    } else if (notice.kind === 'event') {
      const { facts, rule } = notice;
      const body = JSON.stringify(notificationEvent(facts, rule));
      await this.#send(rule, s3Sender(facts.bucket), body, facts.origin.traceHeader);
    } else {
      await this.#put(notice);
    }
  }

  async #send(
    { kind, targetArn }: { readonly kind: string; readonly targetArn: string },
    sender: ReturnType<typeof s3Sender>,
    body: string,
    traceHeader: string | undefined,
  ): Promise<void> {
    const { queues, topics, functions } = this.#options;
    const trace = traceHeader === undefined ? {} : { traceHeader };
    if (kind === 'queue') {
      await queues.send({ queueArn: targetArn, sender, body, ...trace });
    } else if (kind === 'topic') {
      const subject = 'Amazon S3 Notification';
      await topics.publish({ topicArn: targetArn, sender, message: body, subject, ...trace });
    } else {
      await functions.accept({ functionArn: targetArn, sender, payload: body, ...trace });
    }
  }

  async #put({ facts }: Extract<Notice, { kind: 'bus' }>): Promise<void> {
    const { accountId, region, arn } = facts.bucket;
    const { detailType, detail } = busEvent(facts);
    await this.#options.buses.put({
      busArn: `arn:${partitionOf(region)}:events:${region}:${accountId}:event-bus/default`,
      sender: { kind: 'account', accountId },
      source: 'aws.s3',
      detailType,
      detail: JSON.stringify(detail),
      resources: [arn],
    });
  }
}

/** What a target gets when it is first named. */
function testEvent(bucket: string, requestId: string, timeMs: number): string {
  return JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(timeMs).toISOString(),
    Bucket: bucket,
    RequestId: requestId,
    HostId: hostId(requestId),
  });
}

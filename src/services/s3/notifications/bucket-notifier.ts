import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Delivery } from '../../../delivery/delivery.ts';
import type { DeliveryQueue } from '../../../delivery/delivery-queue.ts';
import type { Database } from '../../../store/schema.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import type { ObjectEvent, ObjectEvents } from '../object-events.ts';
import type { EventFacts } from './event-record.ts';
import type { NotificationTargets } from './notification-targets.ts';
import { type NotificationRule, type StoredNotifications, wants } from './notification-rules.ts';

export const SENDER = 's3';

/** What a bucket tells somebody, as it waits on disk. */
export type Notice =
  | {
      readonly kind: 'event';
      readonly rule: Pick<NotificationRule, 'id' | 'kind' | 'targetArn'>;
      readonly facts: EventFacts;
    }
  | { readonly kind: 'bus'; readonly facts: EventFacts }
  | {
      readonly kind: 'test';
      readonly rule: Pick<NotificationRule, 'kind' | 'targetArn'>;
      readonly bucket: Pick<StoredBucket, 'name' | 'arn' | 'accountId'>;
      readonly requestId: string;
      readonly timeMs: number;
    };

/** Writes down, with every change of an object, whom its bucket wants told of it. */
export class BucketNotifier implements ObjectEvents {
  readonly targets: NotificationTargets;
  readonly #deliveries: DeliveryQueue;

  constructor(deliveries: DeliveryQueue, targets: NotificationTargets) {
    this.#deliveries = deliveries;
    this.targets = targets;
  }

  async accept(...[tx, events, aftermath]: Parameters<ObjectEvents['accept']>): Promise<void> {
    const due = events.flatMap(deliveriesOf);
    if (due.length === 0) return;
    const inserted = await this.#deliveries.insert(tx, due);
    aftermath.begin.push(() => this.#deliveries.begin(inserted));
  }

  /** @returns what starts them after the commit */
  async acceptTests(
    tx: Transaction<Database>,
    { name, arn, accountId }: StoredBucket,
    rules: readonly NotificationRule[],
    requestId: string,
    timeMs: number,
  ): Promise<() => void> {
    const tests = rules
      .filter((rule) => rule.kind !== 'function')
      .map(({ kind, targetArn }): Notice => {
        const bucket = { name, arn, accountId };
        return { kind: 'test', rule: { kind, targetArn }, bucket, requestId, timeMs };
      });
    const inserted = await this.#deliveries.insert(
      tx,
      tests.map((notice) => deliveryOf(notice, name, timeMs)),
    );
    return () => this.#deliveries.begin(inserted);
  }
}

function deliveriesOf({ bucket, ...event }: ObjectEvent): readonly Delivery[] {
  const stored = bucket.settings['notification'] as StoredNotifications | undefined;
  if (stored === undefined) return [];
  const { name, arn, accountId, region, versioning } = bucket;
  const facts = { ...event, bucket: { name, arn, accountId, region, isVersioned: versioning !== '' } };
  const notices: Notice[] = stored.rules
    .filter((rule) => wants(rule, event.name, event.key))
    .map(({ id, kind, targetArn }) => ({ kind: 'event', rule: { id, kind, targetArn }, facts }));
  if (stored.toEventBridge) notices.push({ kind: 'bus', facts });
  return notices.map((notice) => deliveryOf(notice, name, event.timeMs));
}

function deliveryOf(notice: Notice, bucket: string, nowMs: number): Delivery {
  return {
    id: randomUUID(),
    sender: SENDER,
    lane: notice.kind === 'bus' ? `${bucket} bus` : `${bucket} ${notice.rule.targetArn}`,
    isOrdered: false,
    content: JSON.stringify(notice),
    acceptedAtMs: nowMs,
    dueAtMs: nowMs,
    attempts: 0,
  };
}

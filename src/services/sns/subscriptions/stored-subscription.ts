import type { Selectable } from 'kysely';
import type { SnsSubscriptionTable } from '../../../store/sns-schema.ts';
import type { Change } from '../../../store/change-feed.ts';
import { compileFilter, type MessageFilter } from './filter-policy.ts';

export type Protocol = 'sqs' | 'lambda' | 'http' | 'https';
export type SubscriptionAttributes = Readonly<Record<string, string>>;
export type SubscriptionRow = Selectable<SnsSubscriptionTable>;

export interface StoredSubscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly region: string;
  /** The account that subscribed. */
  readonly owner: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  /** What was set, by the API's names. */
  readonly attributes: SubscriptionAttributes;
  /** What its endpoint confirms it with; undefined: it is confirmed. */
  readonly token: string | undefined;
  readonly isAuthenticated: boolean;
  readonly isRaw: boolean;
  /** Undefined: takes every message. */
  readonly filter: MessageFilter | undefined;
  readonly deadLetterQueue: string | undefined;
}

export function storedSubscriptionOf(row: SubscriptionRow): StoredSubscription {
  const attributes = JSON.parse(row.attributes) as SubscriptionAttributes;
  const { FilterPolicy: filter, FilterPolicyScope: scope, RedrivePolicy: redrive } = attributes;
  return {
    arn: row.arn,
    topicArn: row.topic_arn,
    region: row.region,
    owner: row.owner,
    protocol: row.protocol as Protocol,
    endpoint: row.endpoint,
    attributes,
    token: row.token ?? undefined,
    isAuthenticated: row.is_authenticated === 1,
    isRaw: attributes['RawMessageDelivery'] === 'true',
    filter: filter === undefined ? undefined : compileFilter(filter, scope === 'MessageBody'),
    deadLetterQueue:
      redrive === undefined
        ? undefined
        : (JSON.parse(redrive) as { deadLetterTargetArn: string }).deadLetterTargetArn,
  };
}

/** For `announce`. */
export function subscriptionChange(row: SubscriptionRow): Change {
  return { kind: 'sns-subscription', key: row.arn, value: storedSubscriptionOf(row), shared: row };
}

export function subscriptionGone(arn: string): Change {
  return { kind: 'sns-subscription', key: arn };
}

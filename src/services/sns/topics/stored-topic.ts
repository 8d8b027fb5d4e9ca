import type { Selectable } from 'kysely';
import { type CompiledPolicy, compilePolicy } from '../../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import type { PolicyDocument } from '../../../model/policy/policy-document.ts';
import type { SnsTopicTable } from '../../../store/sns-schema.ts';
import { isFifoName, topicArn, type TopicName } from './topic-name.ts';

/** What was set on a topic, by the API's names. Absent: the default. */
export type TopicAttributes = Readonly<Record<string, string>>;
export type TopicRow = Selectable<SnsTopicTable>;

export interface StoredTopic extends TopicName {
  readonly arn: string;
  readonly isFifo: boolean;
  readonly attributes: TopicAttributes;
  readonly tags: Readonly<Record<string, string>>;
  readonly deletedSubscriptions: number;
  readonly policy: CompiledPolicy;
}

const OWNERS_ACTIONS = [
  'SNS:GetTopicAttributes',
  'SNS:SetTopicAttributes',
  'SNS:AddPermission',
  'SNS:RemovePermission',
  'SNS:DeleteTopic',
  'SNS:Subscribe',
  'SNS:ListSubscriptionsByTopic',
  'SNS:Publish',
];

/** The policy of a topic that was given none: everything for its own account. */
export function defaultPolicy(topic: TopicName): PolicyDocument {
  return {
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: OWNERS_ACTIONS,
        Resource: topicArn(topic),
        Condition: { StringEquals: { 'AWS:SourceOwner': topic.accountId } },
      },
    ],
  };
}

export function policyText(topic: Pick<StoredTopic, keyof TopicName | 'attributes'>): string {
  return topic.attributes['Policy'] ?? JSON.stringify(defaultPolicy(topic));
}

export function storedTopicOf(row: TopicRow): StoredTopic {
  const name = { accountId: row.account_id, region: row.region, name: row.name };
  const attributes = JSON.parse(row.attributes) as TopicAttributes;
  return {
    ...name,
    arn: topicArn(name),
    isFifo: isFifoName(row.name),
    attributes,
    tags: JSON.parse(row.tags) as Record<string, string>,
    deletedSubscriptions: row.deleted_subscriptions,
    policy: compilePolicy(parsePolicy(policyText({ ...name, attributes }), 'resource')),
  };
}

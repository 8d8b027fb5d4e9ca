import { givesTags } from '../../../aws/given-tags.ts';
import type { RequestContext, RequestedAction } from '../../../aws/service.ts';
import { partitionOf } from '../../../model/stored-function.ts';

/** Operations that look up no topic of their own: all others ask the topic's policy as well, when they find it. */
const UNASKED: ReadonlySet<string> = new Set([
  'ConfirmSubscription',
  'CreateTopic',
  'GetSubscriptionAttributes',
  'ListSubscriptions',
  'ListTagsForResource',
  'ListTopics',
  'SetSubscriptionAttributes',
  'TagResource',
  'Unsubscribe',
  'UntagResource',
]);

export function snsActions(
  operation: string,
  { Name, ResourceArn, TopicArn, SubscriptionArn, Tags }: Readonly<Record<string, unknown>>,
  { region, accountId }: RequestContext,
): readonly RequestedAction[] {
  if (!UNASKED.has(operation)) return [];
  const named =
    typeof Name === 'string' ? `arn:${partitionOf(region)}:sns:${region}:${accountId}:${Name}` : '*';
  const ofSubscription =
    typeof SubscriptionArn === 'string' ? SubscriptionArn.split(':').slice(0, 6).join(':') : undefined;
  const given = TopicArn ?? ResourceArn;
  const resource = typeof given === 'string' ? given : (ofSubscription ?? named);
  const own = { action: `SNS:${operation}`, resource };
  const isTagged = operation === 'CreateTopic' && givesTags(Tags);
  return isTagged ? [own, { action: 'SNS:TagResource', resource }] : [own];
}

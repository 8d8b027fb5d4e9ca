import type { GetSubscriptionAttributesInput, GetSubscriptionAttributesResponse } from '@aws-sdk/client-sns';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import { checkCaller } from '../permissions/topic-access.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { notAuthorized, subscriptionDoesNotExist } from '../sns-errors.ts';
import { topicArnOf } from '../topics/topic-name.ts';
import { effectiveSubscriptionPolicy, policyInEffect } from './delivery-policy.ts';
import type { StoredSubscription } from './stored-subscription.ts';

export function getSubscriptionAttributes(
  deps: SnsDependencies,
): OperationHandler<GetSubscriptionAttributesInput, GetSubscriptionAttributesResponse> {
  return (input, context) => {
    const subscription = subscriptionOf(deps, input.SubscriptionArn, context, 'GetSubscriptionAttributes');
    const { arn, topicArn, owner, region, protocol, endpoint, attributes, token } = subscription;
    const isHttp = protocol === 'http' || protocol === 'https';
    const ofTopic = deps.directory.topic(topicArn)?.attributes['DeliveryPolicy'];
    const policy = policyInEffect(attributes['DeliveryPolicy'], ofTopic);
    return {
      Attributes: {
        SubscriptionArn: arn,
        TopicArn: topicArn,
        Owner: owner,
        Protocol: protocol,
        Endpoint: endpoint,
        PendingConfirmation: String(token !== undefined),
        ConfirmationWasAuthenticated: String(subscription.isAuthenticated),
        SubscriptionPrincipal: `arn:${partitionOf(region)}:iam::${owner}:root`,
        RawMessageDelivery: 'false',
        ...(attributes['FilterPolicy'] !== undefined && { FilterPolicyScope: 'MessageAttributes' }),
        ...(isHttp && { EffectiveDeliveryPolicy: effectiveSubscriptionPolicy(policy) }),
        ...attributes,
      },
    };
  };
}

/** One that the caller, or the topic's owner, may look at and change. @throws NotFound, AuthorizationError */
export function subscriptionOf(
  deps: SnsDependencies,
  arn: string | undefined,
  context: RequestContext,
  action: string,
): StoredSubscription {
  const topic = deps.directory.topic(topicArnOf(arn));
  const subscription = deps.directory.subscription(arn ?? '');
  if (subscription === undefined || subscription.region !== context.region) throw subscriptionDoesNotExist();
  if (subscription.owner === context.accountId) return subscription;
  if (topic === undefined) throw notAuthorized('Not authorized to look at this subscription');
  checkCaller(deps, topic, context, action);
  return subscription;
}

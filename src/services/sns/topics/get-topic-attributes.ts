import type { GetTopicAttributesInput, GetTopicAttributesResponse } from '@aws-sdk/client-sns';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/topic-access.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { effectiveTopicPolicy } from '../subscriptions/delivery-policy.ts';
import { policyText } from './stored-topic.ts';

export function getTopicAttributes(
  deps: SnsDependencies,
): OperationHandler<GetTopicAttributesInput, GetTopicAttributesResponse> {
  return (input, context) => {
    const topic = admit(deps, input.TopicArn, context, 'GetTopicAttributes');
    const subscriptions = [...deps.directory.subscriptionsOf(topic.arn)];
    const pending = subscriptions.filter(({ token }) => token !== undefined).length;
    const fifo = topic.isFifo ? { FifoTopic: 'true', ContentBasedDeduplication: 'false' } : {};
    return {
      Attributes: {
        TopicArn: topic.arn,
        Owner: topic.accountId,
        DisplayName: '',
        SubscriptionsConfirmed: String(subscriptions.length - pending),
        SubscriptionsPending: String(pending),
        SubscriptionsDeleted: String(topic.deletedSubscriptions),
        EffectiveDeliveryPolicy: effectiveTopicPolicy(topic.attributes['DeliveryPolicy']),
        ...fifo,
        ...topic.attributes,
        Policy: policyText(topic),
      },
    };
  };
}

import type {
  ListSubscriptionsByTopicInput,
  ListSubscriptionsByTopicResponse,
  ListSubscriptionsInput,
  ListSubscriptionsResponse,
  Subscription,
} from '@aws-sdk/client-sns';
import { pageOf } from '../../../aws/list-page.ts';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/topic-access.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { badToken } from '../sns-errors.ts';
import type { StoredSubscription } from './stored-subscription.ts';

/** Those the caller's account made. */
export function listSubscriptions(
  deps: SnsDependencies,
): OperationHandler<ListSubscriptionsInput, ListSubscriptionsResponse> {
  return (input, { accountId, region }) =>
    answer(deps.directory.subscriptions(accountId, region), input.NextToken);
}

export function listSubscriptionsByTopic(
  deps: SnsDependencies,
): OperationHandler<ListSubscriptionsByTopicInput, ListSubscriptionsByTopicResponse> {
  return (input, context) => {
    const topic = admit(deps, input.TopicArn, context, 'ListSubscriptionsByTopic');
    const all = [...deps.directory.subscriptionsOf(topic.arn)];
    return answer(
      all.sort((a, b) => (a.arn < b.arn ? -1 : 1)),
      input.NextToken,
    );
  };
}

function answer(all: readonly StoredSubscription[], given: string | undefined): ListSubscriptionsResponse {
  const token = given === '' ? undefined : given;
  const { page, more } = pageOf(all, ({ arn }) => arn, { token }, badToken);
  return { Subscriptions: page.map(shown), ...more };
}

function shown({ arn, topicArn, owner, protocol, endpoint, token }: StoredSubscription): Subscription {
  return {
    SubscriptionArn: token === undefined ? arn : 'PendingConfirmation',
    TopicArn: topicArn,
    Owner: owner,
    Protocol: protocol,
    Endpoint: endpoint,
  };
}

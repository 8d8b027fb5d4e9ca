import type { ServiceDefinition } from '../../aws/service.ts';
import { addPermission, removePermission } from './permissions/permission-operations.ts';
import { snsActions } from './permissions/sns-actions.ts';
import { publish } from './publishing/publish.ts';
import { publishBatch } from './publishing/publish-batch.ts';
import type { SnsDependencies } from './sns-dependencies.ts';
import { confirmSubscription } from './subscriptions/confirm-subscription.ts';
import { getSubscriptionAttributes } from './subscriptions/get-subscription-attributes.ts';
import { listSubscriptions, listSubscriptionsByTopic } from './subscriptions/list-subscriptions.ts';
import { setSubscriptionAttributes } from './subscriptions/set-subscription-attributes.ts';
import { subscribe } from './subscriptions/subscribe.ts';
import { unsubscribe } from './subscriptions/unsubscribe.ts';
import { createTopic } from './topics/create-topic.ts';
import { deleteTopic } from './topics/delete-topic.ts';
import { getTopicAttributes } from './topics/get-topic-attributes.ts';
import { listTopics } from './topics/list-topics.ts';
import { setTopicAttributes } from './topics/set-topic-attributes.ts';
import { listTagsForResource, tagResource, untagResource } from './topics/tag-operations.ts';

/** SNS: topics, and subscriptions of queues, functions and web endpoints. Telephones and mobile push are not built. */
export function createSnsService(deps: SnsDependencies): ServiceDefinition {
  return {
    model: 'sns',
    access: { actions: snsActions },
    operations: {
      AddPermission: addPermission(deps),
      ConfirmSubscription: confirmSubscription(deps),
      CreateTopic: createTopic(deps),
      DeleteTopic: deleteTopic(deps),
      GetSubscriptionAttributes: getSubscriptionAttributes(deps),
      GetTopicAttributes: getTopicAttributes(deps),
      ListSubscriptions: listSubscriptions(deps),
      ListSubscriptionsByTopic: listSubscriptionsByTopic(deps),
      ListTagsForResource: listTagsForResource(deps),
      ListTopics: listTopics(deps),
      Publish: publish(deps),
      PublishBatch: publishBatch(deps),
      RemovePermission: removePermission(deps),
      SetSubscriptionAttributes: setSubscriptionAttributes(deps),
      SetTopicAttributes: setTopicAttributes(deps),
      Subscribe: subscribe(deps),
      TagResource: tagResource(deps),
      Unsubscribe: unsubscribe(deps),
      UntagResource: untagResource(deps),
    },
  };
}

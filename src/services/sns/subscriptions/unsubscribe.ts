import type { UnsubscribeInput } from '@aws-sdk/client-sns';
import type { OperationHandler } from '../../../aws/service.ts';
import { checkCaller } from '../permissions/topic-access.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { notAuthorized } from '../sns-errors.ts';
import { topicArnOf } from '../topics/topic-name.ts';
import { subscriptionGone } from './stored-subscription.ts';

/** Ends a subscription; one that is not there is as good. For its owner and the topic's. */
export function unsubscribe(deps: SnsDependencies): OperationHandler<UnsubscribeInput, undefined> {
  return async (input, context) => {
    const topicArn = topicArnOf(input.SubscriptionArn);
    const subscription = deps.directory.subscription(input.SubscriptionArn ?? '');
    if (subscription === undefined) return undefined;
    const topic = deps.directory.topic(topicArn);
    const isOpen = !subscription.isAuthenticated && context.accessKeyId === undefined;
    if (subscription.owner !== context.accountId && !isOpen) {
      if (topic === undefined) throw notAuthorized('Not authorized to unsubscribe');
      checkCaller(deps, topic, context, 'Unsubscribe');
    }
    await deps.store.write(async (tx, announce) => {
      const gone = await tx
        .deleteFrom('sns_subscriptions')
        .where('arn', '=', subscription.arn)
        .returning('arn')
        .execute();
      if (gone.length === 0) return;
      announce(subscriptionGone(subscription.arn));
      if (topic === undefined) return;
      await tx
        .updateTable('sns_topics')
        .set((row) => ({ deleted_subscriptions: row('deleted_subscriptions', '+', 1) }))
        .where('account_id', '=', topic.accountId)
        .where('region', '=', topic.region)
        .where('name', '=', topic.name)
        .execute();
    });
    return undefined;
  };
}

import type { DeleteTopicInput } from '@aws-sdk/client-sns';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/topic-access.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { subscriptionGone } from '../subscriptions/stored-subscription.ts';
import { parseTopicArn } from './topic-name.ts';
import { topicChange } from './topic-rows.ts';

/** Deletes a topic with its subscriptions; one that is not there is as good. What was published is still delivered. */
export function deleteTopic(deps: SnsDependencies): OperationHandler<DeleteTopicInput, undefined> {
  return async (input, context) => {
    parseTopicArn(input.TopicArn);
    if (deps.directory.topic(input.TopicArn ?? '') === undefined) return undefined;
    const topic = admit(deps, input.TopicArn, context, 'DeleteTopic');
    await deps.store.write(async (tx, announce) => {
      await tx
        .deleteFrom('sns_topics')
        .where('account_id', '=', topic.accountId)
        .where('region', '=', topic.region)
        .where('name', '=', topic.name)
        .execute();
      const gone = await tx
        .deleteFrom('sns_subscriptions')
        .where('topic_arn', '=', topic.arn)
        .returning('arn')
        .execute();
      await tx.deleteFrom('sns_deduplications').where('topic_arn', '=', topic.arn).execute();
      await tx.deleteFrom('sns_sequences').where('topic_arn', '=', topic.arn).execute();
      announce(topicChange(topic));
      for (const { arn } of gone) announce(subscriptionGone(arn));
    });
    return undefined;
  };
}

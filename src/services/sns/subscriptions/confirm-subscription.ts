import type { ConfirmSubscriptionInput, ConfirmSubscriptionResponse } from '@aws-sdk/client-sns';
import type { OperationHandler } from '../../../aws/service.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { invalidParameter, topicDoesNotExist } from '../sns-errors.ts';
import { parseTopicArn } from '../topics/topic-name.ts';
import { subscriptionChange } from './stored-subscription.ts';

/** Tokens are good for so long. */
const TOKEN_MS = 2 * 24 * 3_600_000;

/** Confirms a subscription with the token its endpoint was sent. The token lets in whoever has it. */
export function confirmSubscription(
  deps: SnsDependencies,
): OperationHandler<ConfirmSubscriptionInput, ConfirmSubscriptionResponse> {
  return async (input, context) => {
    parseTopicArn(input.TopicArn);
    const topicArn = input.TopicArn ?? '';
    if (deps.directory.topic(topicArn) === undefined) throw topicDoesNotExist();
    const known = [...deps.directory.subscriptionsOf(topicArn)].find(({ token }) => token === input.Token);
    if (known === undefined) throw invalidParameter('Token');
    const isSigned = context.accessKeyId !== undefined && input.AuthenticateOnUnsubscribe === 'true';
    await deps.store.write(async (tx, announce) => {
      const row = await tx
        .updateTable('sns_subscriptions')
        .set({ token: null, is_authenticated: isSigned ? 1 : 0 })
        .where('arn', '=', known.arn)
        .where('created_at_ms', '>', deps.clock.now() - TOKEN_MS)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) throw invalidParameter('Token');
      announce(subscriptionChange(row));
    });
    return { SubscriptionArn: known.arn };
  };
}

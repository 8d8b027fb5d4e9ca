import type { SetSubscriptionAttributesInput } from '@aws-sdk/client-sns';
import type { OperationHandler } from '../../../aws/service.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { subscriptionDoesNotExist } from '../sns-errors.ts';
import { isFifoName } from '../topics/topic-name.ts';
import { subscriptionOf } from './get-subscription-attributes.ts';
import { subscriptionChange, type SubscriptionAttributes } from './stored-subscription.ts';
import { withSubscriptionAttributes } from './subscription-attributes.ts';

export function setSubscriptionAttributes(
  deps: SnsDependencies,
): OperationHandler<SetSubscriptionAttributesInput, undefined> {
  return async (input, context) => {
    const { arn, protocol, topicArn } = subscriptionOf(
      deps,
      input.SubscriptionArn,
      context,
      'SetSubscriptionAttributes',
    );
    const change = { [input.AttributeName ?? '']: input.AttributeValue ?? '' };
    const kind = { protocol, isFifo: isFifoName(topicArn) };
    await deps.store.write(async (tx, announce) => {
      const row = await tx
        .selectFrom('sns_subscriptions')
        .selectAll()
        .where('arn', '=', arn)
        .$if(deps.store.engine === 'postgres', (query) => query.forUpdate())
        .executeTakeFirst();
      if (row === undefined) throw subscriptionDoesNotExist();
      const before = JSON.parse(row.attributes) as SubscriptionAttributes;
      const attributes = JSON.stringify(withSubscriptionAttributes(before, change, kind));
      await tx.updateTable('sns_subscriptions').set({ attributes }).where('arn', '=', arn).execute();
      announce(subscriptionChange({ ...row, attributes }));
    });
    return undefined;
  };
}

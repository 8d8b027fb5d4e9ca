import { randomBytes, randomUUID } from 'node:crypto';
import type { SubscribeInput, SubscribeResponse } from '@aws-sdk/client-sns';
import type { OperationHandler } from '../../../aws/service.ts';
import { confirmationDelivery } from '../delivery/notification.ts';
import { admit } from '../permissions/topic-access.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { badParameter } from '../sns-errors.ts';
import type { StoredTopic } from '../topics/stored-topic.ts';
import { lockTopic, type Tx } from '../topics/topic-rows.ts';
import { checkEndpoint } from './endpoint.ts';
import { subscriptionChange, type SubscriptionRow } from './stored-subscription.ts';
import { withSubscriptionAttributes } from './subscription-attributes.ts';

const PENDING = 'pending confirmation';

/**
 * Subscribes an endpoint. Queues and functions are confirmed at once; what is reached by HTTP is sent a token, and takes
 * part when that comes back. The same again answers the subscription that is there.
 */
export function subscribe(deps: SnsDependencies): OperationHandler<SubscribeInput, SubscribeResponse> {
  return async (input, context) => {
    const keys = { 'sns:Protocol': input.Protocol, 'sns:Endpoint': input.Endpoint };
    const topic = admit(deps, input.TopicArn, context, 'Subscribe', 'TopicArn', keys);
    const wanted = rowOf(input, topic, context.accountId, deps.clock.now());
    const confirmation = confirmationDelivery(wanted, context.origin, deps.clock.now());
    let row: SubscriptionRow | undefined;
    const inserted = await deps.store.write(async (tx, announce) => {
      await lockTopic(deps.store, tx, topic);
      row = await existing(tx, wanted);
      if (row !== undefined && row.token === null) return undefined;
      if (row === undefined) {
        row = wanted;
        await tx.insertInto('sns_subscriptions').values(wanted).execute();
        announce(subscriptionChange(wanted));
      }
      return row.token === null ? undefined : await deps.deliveries.insert(tx, [confirmation(row)]);
    });
    if (inserted !== undefined) deps.deliveries.begin(inserted);
    const { arn, token } = row ?? wanted;
    return { SubscriptionArn: token === null || input.ReturnSubscriptionArn === true ? arn : PENDING };
  };
}

function rowOf(input: SubscribeInput, topic: StoredTopic, owner: string, nowMs: number): SubscriptionRow {
  const { protocol, endpoint } = checkEndpoint(input.Protocol, input.Endpoint, topic.isFifo);
  const kind = { protocol, isFifo: topic.isFifo };
  const isConfirmed = protocol === 'sqs' || protocol === 'lambda';
  return {
    arn: `${topic.arn}:${randomUUID()}`,
    topic_arn: topic.arn,
    account_id: topic.accountId,
    region: topic.region,
    owner,
    protocol,
    endpoint,
    attributes: JSON.stringify(withSubscriptionAttributes({}, input.Attributes ?? {}, kind)),
    token: isConfirmed ? null : randomBytes(32).toString('hex'),
    is_authenticated: isConfirmed ? 1 : 0,
    created_at_ms: nowMs,
  };
}

/** The endpoint's subscription to the topic. @throws InvalidParameter when it has other attributes than are wanted */
async function existing(tx: Tx, wanted: SubscriptionRow): Promise<SubscriptionRow | undefined> {
  const row = await tx
    .selectFrom('sns_subscriptions')
    .selectAll()
    .where('topic_arn', '=', wanted.topic_arn)
    .where('protocol', '=', wanted.protocol)
    .where('endpoint', '=', wanted.endpoint)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const before = JSON.parse(row.attributes) as Record<string, string>;
  const after = JSON.parse(wanted.attributes) as Record<string, string>;
  if (Object.entries(after).some(([name, value]) => before[name] !== value)) {
    throw badParameter('Attributes', 'Subscription already exists with different attributes');
  }
  return row;
}

import { badParameter, invalidParameter, notBuilt } from '../sns-errors.ts';
import { isFifoName } from '../topics/topic-name.ts';
import { checkDeliveryPolicy } from './delivery-policy.ts';
import { checkFilterPolicy } from './filter-policy.ts';
import type { Protocol, SubscriptionAttributes } from './stored-subscription.ts';

export interface SubscriptionKind {
  readonly protocol: Protocol;
  readonly isFifo: boolean;
}

const QUEUE_ARN = /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+$/;

/**
 * Sets attributes of a subscription, together: a filter is read in the light of its scope.
 * @throws InvalidParameter
 */
export function withSubscriptionAttributes(
  before: SubscriptionAttributes,
  changes: Readonly<Record<string, string>>,
  kind: SubscriptionKind,
): SubscriptionAttributes {
  const after: Record<string, string> = { ...before };
  for (const [name, value] of Object.entries(changes)) {
    const kept = checked(name, value, kind);
    if (kept === undefined) delete after[name];
    else after[name] = kept;
  }
  const { FilterPolicy: filter, FilterPolicyScope: scope } = after;
  if (filter !== undefined) checkFilterPolicy(filter, scope === 'MessageBody');
  return after;
}

function checked(name: string, value: string, kind: SubscriptionKind): string | undefined {
  switch (name) {
    case 'RawMessageDelivery':
      if (value !== 'true' && value !== 'false')
        throw badParameter(
          'Attributes',
          `RawMessageDelivery: Invalid value [${value}]. Must be true or false.`,
        );
      if (value === 'true' && kind.protocol === 'lambda')
        throw badParameter(
          'Attributes',
          `RawMessageDelivery: Delivery protocol [${kind.protocol}] does not support raw message delivery.`,
        );
      return value;
    case 'FilterPolicy':
      return value === '' || value === '{}' ? undefined : value;
    case 'FilterPolicyScope':
      if (value !== 'MessageAttributes' && value !== 'MessageBody')
        throw badParameter(
          'Attributes',
          `FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`,
        );
      return value;
    case 'RedrivePolicy':
      return value === '' ? undefined : checkRedrivePolicy(value, kind);
    case 'DeliveryPolicy':
      if (value === '') return undefined;
      if (kind.protocol !== 'http' && kind.protocol !== 'https')
        throw badParameter(
          'Attributes',
          `DeliveryPolicy: Delivery protocol [${kind.protocol}] does not support a delivery policy.`,
        );
      checkDeliveryPolicy(value, false);
      return value;
    case 'SubscriptionRoleArn':
    case 'ReplayPolicy':
      throw notBuilt('Attributes', name);
    default:
      throw invalidParameter('AttributeName');
  }
}

function checkRedrivePolicy(text: string, { isFifo }: SubscriptionKind): string {
  let arn: unknown;
  try {
    arn = (JSON.parse(text) as { deadLetterTargetArn?: unknown } | null)?.deadLetterTargetArn;
  } catch {
    throw badParameter('RedrivePolicy', 'failed to parse JSON. Unexpected character.');
  }
  if (typeof arn !== 'string' || !QUEUE_ARN.test(arn))
    throw badParameter('RedrivePolicy', 'deadLetterTargetArn is an invalid arn');
  if (isFifo !== isFifoName(arn))
    throw badParameter(
      'RedrivePolicy',
      'must use a FIFO queue as DLQ for a FIFO topic, and a standard queue for a standard topic',
    );
  return text;
}

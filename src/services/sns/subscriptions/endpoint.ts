import { badParameter, invalidParameter, notBuilt } from '../sns-errors.ts';
import { isFifoName } from '../topics/topic-name.ts';
import type { Protocol } from './stored-subscription.ts';

const QUEUE = /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+$/;
const FUNCTION =
  /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9-_]+(?::(?:\$LATEST|[A-Za-z0-9-_]+))?$/;
/** What AWS delivers to beside these. */
const OTHERS: ReadonlySet<string> = new Set(['email', 'email-json', 'sms', 'application', 'firehose']);

/** @throws InvalidParameter */
export function checkEndpoint(
  protocol: string | undefined,
  endpoint: string | undefined,
  isFifoTopic: boolean,
): { readonly protocol: Protocol; readonly endpoint: string } {
  const target = endpoint ?? '';
  if (protocol !== undefined && OTHERS.has(protocol)) throw notBuilt('Protocol', `the protocol ${protocol}`);
  switch (protocol) {
    case 'sqs':
      if (!QUEUE.test(target)) throw invalidParameter('SQS endpoint ARN');
      if (isFifoName(target) && !isFifoTopic)
        throw badParameter(
          'Invalid parameter: Endpoint',
          'FIFO SQS Queues can not be subscribed to standard SNS topics',
        );
      break;
    case 'lambda':
      if (isFifoTopic) throw badParameter('Protocol', 'FIFO SNS topics deliver to SQS queues only');
      if (!FUNCTION.test(target)) throw invalidParameter('Lambda endpoint ARN');
      break;
    case 'http':
    case 'https':
      if (isFifoTopic) throw badParameter('Protocol', 'FIFO SNS topics deliver to SQS queues only');
      if (!target.startsWith(`${protocol}://`) || !URL.canParse(target))
        throw invalidParameter('Endpoint must match the specified protocol');
      break;
    case undefined:
    default:
      throw badParameter('Amazon SNS does not support this protocol string', String(protocol));
  }
  return { protocol, endpoint: target };
}

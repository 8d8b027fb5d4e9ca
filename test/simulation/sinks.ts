import type { QueuedMessage } from '../../src/model/queue-ports.ts';
import { tokenIn } from './functions.ts';
import type { Ledger } from './ledger.ts';
import { ACCOUNT } from '../support/request-context.ts';
import type { World } from './world.ts';

/** Where things end up. `record`: of an invocation. `dead`: an event that came to nothing. */
const KINDS = { record: recordIn, dead: deadIn, failed: failedIn, plain: tokenOf } as const;

/** The queues that things end up in, by what is read in them. */
const SINKS = {
  'records-queue': 'record',
  'records-topic': 'record',
  'records-bus': 'record',
  'dead-queue': 'dead',
  'dead-topic': 'dead',
  'all-messages': 'plain',
  'red-messages': 'plain',
  'lost-messages': 'plain',
  'ordered-messages.fifo': 'plain',
  orders: 'plain',
  'big-orders': 'plain',
  'failed-targets': 'failed',
  ticks: 'plain',
  scheduled: 'plain',
} as const satisfies Record<string, keyof typeof KINDS>;

export type Sink = keyof typeof SINKS;

export function queueArn(name: string): string {
  return `arn:aws:sqs:${ACCOUNT.region}:${ACCOUNT.accountId}:${name}`;
}

export async function createSinks(world: World): Promise<void> {
  for (const QueueName of Object.keys(SINKS)) {
    const Attributes = {
      MessageRetentionPeriod: '1209600',
      ...(QueueName.endsWith('.fifo') && { FifoQueue: 'true' }),
    };
    await world.call('sqs', 'CreateQueue', { QueueName, Attributes });
  }
}

/** Takes everything out, and writes down when it was sent there. @returns problems with the order of groups */
export async function drainSinks(world: World, ledger: Ledger, lastOfGroup: Map<string, number>) {
  const problems: string[] = [];
  const { consumer } = world.running.queues;
  for (const [name, kind] of Object.entries(SINKS)) {
    for (;;) {
      const messages = await consumer.receive(queueArn(name), { most: 10, waitMs: 0 });
      if (messages.length === 0) break;
      for (const message of messages) {
        const what = KINDS[kind](message);
        ledger.saw(name, what, Number(message.attributes['SentTimestamp']));
        const group = message.attributes['MessageGroupId'];
        if (group === undefined) continue;
        const number = Number(/\d+/.exec(what)?.[0]);
        if (number <= (lastOfGroup.get(group) ?? 0)) problems.push(`${what} came late in ${group}`);
        lastOfGroup.set(group, number);
      }
      await consumer.remove(
        queueArn(name),
        messages.map(({ receiptHandle }) => receiptHandle),
      );
    }
  }
  return problems;
}

function tokenOf({ body }: QueuedMessage): string {
  return tokenIn(body);
}

/** A record by itself, or in an event. */
function recordIn({ body }: QueuedMessage): string {
  const value = JSON.parse(body) as InvocationRecord & { readonly detail?: InvocationRecord };
  return describeRecord(value.detail ?? value, body);
}

interface InvocationRecord {
  readonly requestContext: { readonly condition: string; readonly approximateInvokeCount: number };
}

export function describeRecord({ requestContext }: InvocationRecord, text: string): string {
  return `${tokenIn(text)} ${requestContext.condition} ${requestContext.approximateInvokeCount}`;
}

function deadIn({ body, messageAttributes }: QueuedMessage): string {
  return `${tokenIn(body)} ${textOf(messageAttributes['ErrorCode'])}`;
}

/** What EventBridge and Scheduler say of a target that could not be reached. */
function failedIn({ body, messageAttributes }: QueuedMessage): string {
  const [code, retries] = ['ERROR_CODE', 'RETRY_ATTEMPTS'].map((name) => textOf(messageAttributes[name]));
  return `${tokenIn(body)} ${code} ${retries}`;
}

function textOf(attribute: QueuedMessage['messageAttributes'][string] | undefined): string {
  return attribute !== undefined && 'stringValue' in attribute ? attribute.stringValue : 'nothing';
}

import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateScheduleCommand } from '@aws-sdk/client-scheduler';
import { PublishCommand } from '@aws-sdk/client-sns';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { sendEvent } from '../async-events.ts';
import type { Sink } from './books.ts';
import type { Clients } from './clients.ts';
import { arnOf, FUNCTION, FUNCTION_ARN, SOURCE, TOPICS } from './resources.ts';

/** Something clients do again and again; each word that is acknowledged has to arrive at all of the sinks. */
export interface Sender {
  readonly name: string;
  readonly sinks: readonly Sink[];
  /** @returns false: it was taken, but too late to have an effect */
  send(clients: Clients, word: string): Promise<unknown>;
}

const RoleArn = 'arn:aws:iam::000000000000:role/scheduler';
const queueUrl = ({ endpoint }: Clients, name: string): string => `${endpoint}/000000000000/${name}`;
const idOf = (word: string): string => word.replace(' ', '-');
const inGroup = (word: string) => ({
  MessageGroupId: word.slice(0, word.indexOf(' ')),
  MessageDeduplicationId: idOf(word),
});

async function sendMessage(clients: Clients, queue: string, MessageBody: string): Promise<void> {
  await clients.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(clients, queue), MessageBody }));
}

/** A schedule that is due in a moment and gone after it. One whose moment passes before it is there never comes. */
async function schedule(clients: Clients, word: string, Arn: string, Input: string): Promise<boolean> {
  const due = new Date((await platformMs(clients)) + 4_000).toISOString().slice(0, 19);
  await clients.scheduler.send(
    new CreateScheduleCommand({
      Name: idOf(word),
      ScheduleExpression: `at(${due})`,
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: { Arn, RoleArn, Input },
    }),
  );
  return (await platformMs(clients)) < Date.parse(`${due}Z`);
}

async function platformMs({ endpoint }: Clients): Promise<number> {
  const answer = await fetch(`${endpoint}/_lambent/clock`);
  return ((await answer.json()) as { nowMs: number }).nowMs;
}

/** A group of a FIFO queue takes so many messages a second and no more: one that was too much never comes. */
export function refusedAsTooMuch(error: Error): false {
  if (error.name !== 'RequestThrottled') throw error;
  return false;
}

export const SENDERS: readonly Sender[] = [
  {
    name: 'invokes',
    sinks: ['function'],
    send: async ({ lambda }, word) => await sendEvent(lambda, FUNCTION, { word }),
  },
  {
    name: 'failing-invokes',
    sinks: ['function', 'failures'],
    send: async ({ lambda }, word) => await sendEvent(lambda, FUNCTION, { word, fails: true }),
  },
  {
    name: 'sends',
    sinks: ['inbox'],
    send: async (clients, word) => await sendMessage(clients, 'inbox', word),
  },
  {
    name: 'poison',
    sinks: ['dead'],
    send: async (clients, word) => await sendMessage(clients, 'poison', word),
  },
  {
    name: 'groups',
    sinks: ['ordered'],
    send: async (clients, word) =>
      await clients.sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl(clients, 'ordered.fifo'),
          MessageBody: word,
          ...inGroup(word),
        }),
      ),
  },
  {
    name: 'topic',
    sinks: ['inbox', 'function'],
    send: async ({ sns }, Message) =>
      await sns.send(new PublishCommand({ TopicArn: arnOf('sns', TOPICS.plain), Message })),
  },
  {
    name: 'ordered-topic',
    sinks: ['ordered'],
    send: async ({ sns }, word) =>
      await sns.send(
        new PublishCommand({
          TopicArn: arnOf('sns', TOPICS.ordered),
          Message: word,
          ...inGroup(word),
        }),
      ),
  },
  {
    name: 'events',
    sinks: ['inbox', 'function'],
    send: async ({ events }, word) => {
      const entry = { Source: SOURCE, DetailType: 'word', Detail: JSON.stringify({ word }) };
      const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries: [entry] }));
      if (FailedEntryCount !== 0) throw new Error('The event was not taken.');
    },
  },
  {
    name: 'schedules',
    sinks: ['inbox'],
    send: async (clients, word) => await schedule(clients, word, arnOf('sqs', 'inbox'), word),
  },
  {
    name: 'scheduled-invokes',
    sinks: ['function'],
    send: async (clients, word) => await schedule(clients, word, FUNCTION_ARN, JSON.stringify({ word })),
  },
];

import { afterEach, beforeEach, expect, test } from 'vitest';
import { MappingMeter } from '../../../src/event-source/mapping-meter.ts';
import { PollConcurrency } from '../../../src/event-source/sqs/poll-concurrency.ts';
import { QueueDriver } from '../../../src/event-source/sqs/queue-driver.ts';
import type { Batch } from '../../../src/event-source/source-driver.ts';
import type { QueueRecord } from '../../../src/event-source/sqs/queue-record.ts';
import { createQueue } from '../../../src/services/sqs/queues/create-queue.ts';
import { setQueueAttributes } from '../../../src/services/sqs/queues/set-queue-attributes.ts';
import { CONTEXT } from './polling-world.ts';
import { SmallWorld } from './small-world.ts';

const SENDER = { kind: 'account', accountId: CONTEXT.accountId } as const;
const WANTED = { Filters: [{ Pattern: JSON.stringify({ body: ['wanted'] }) }] };

let world: SmallWorld;

beforeEach(async () => {
  world = await SmallWorld.make();
});

afterEach(async () => {
  await world.end();
  expect(world.problems).toEqual([]);
});

async function make(QueueName: string): Promise<string> {
  const isFifo = QueueName.endsWith('.fifo');
  const Attributes = { VisibilityTimeout: '10', ...(isFifo && { FifoQueue: 'true' }) };
  await createQueue(world.queues)({ QueueName, Attributes }, CONTEXT);
  return `arn:aws:sqs:us-east-1:000000000000:${QueueName}`;
}

async function send(queueArn: string, body: string): Promise<void> {
  const group = queueArn.endsWith('.fifo') ? { groupId: 'g', deduplicationId: body } : {};
  await world.queues.sender.send({ queueArn, sender: SENDER, body, ...group });
}

const SUCCESS = {
  outcome: {
    kind: 'answered',
    requestId: 'r',
    answer: { payload: Buffer.from('null'), executedVersion: '$LATEST', traceId: 'Root=1-2-3' },
  },
  result: { kind: 'complete' },
} as const;

test('a group whose messages come again, because their receipts had expired, goes no further', async () => {
  const queueArn = await make('late.fifo');
  for (const body of ['one', 'two', 'three']) await send(queueArn, body);
  const { clock } = world;
  const driver = new QueueDriver({
    clock,
    queues: world.queues.consumer,
    queueArn,
    isFifo: true,
    windowMs: 0,
    meter: new MappingMeter(),
    functionTimeoutMs: () => 3000,
    concurrency: new PollConcurrency({ first: 5, most: 5, perMinute: 1 }),
  });
  const { signal } = new AbortController();
  const batch = async (): Promise<Batch<QueueRecord>> => {
    const records = await driver.receive(2, 0, signal);
    return { records, tries: 0, takenAtMs: clock.now() };
  };
  const late = await batch();
  expect(late.records).toHaveLength(2);
  clock.leap(10_000);
  expect(await driver.settle(late, SUCCESS)).toEqual({ kind: 'left' });
  const again = await batch();
  expect(again.records.map(({ id }) => id)).toEqual(late.records.map(({ id }) => id));
  clock.leap(9_999);
  expect(await driver.settle(again, SUCCESS)).toEqual({ kind: 'done' });
  expect((await batch()).records).toHaveLength(1);
});

test('what is in hand does not wait for those to end that no filter has', async () => {
  const queueArn = await make('noisy');
  await send(queueArn, 'wanted');
  await world.map('sqs', queueArn, {
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 2,
    FilterCriteria: WANTED,
  });
  const { consumer } = world.queues;
  let receives = 0;
  await world.live({
    queues: {
      describe: async (arn) => await consumer.describe(arn),
      remove: async (arn, receipts) => await consumer.remove(arn, receipts),
      changeVisibility: async (...change) => await consumer.changeVisibility(...change),
      // There is always another one.
      receive: async (arn, options) => {
        // What it does after the function was called does not count: the test may hear of that late.
        if (world.called.events.length === 0) receives += 1;
        if (receives > 1) await send(queueArn, 'unwanted');
        if (receives > 1) world.clock.leap(500);
        return await consumer.receive(arn, options);
      },
    },
  });
  await world.until(() => world.called.events.length > 0, 0);
  expect(receives).toBeLessThan(20);
});

test('messages are hidden for as long as the queue has it when they are handed out', async () => {
  const queueArn = await make('changed');
  const { consumer } = world.queues;
  const waiting = consumer.receive(queueArn, { most: 1, waitMs: 3_600_000, hiddenForMoreMs: 1000 });
  await world.clock.pass(1000);
  const QueueUrl = `http://127.0.0.1/${CONTEXT.accountId}/changed`;
  await setQueueAttributes(world.queues)({ QueueUrl, Attributes: { VisibilityTimeout: '60' } }, CONTEXT);
  await send(queueArn, 'hello');
  const [message] = await waiting;
  expect((message?.hiddenUntilMs ?? 0) - world.clock.now()).toBe(61_000);
  await world.clock.pass(60_999);
  expect(await consumer.receive(queueArn, { most: 1, waitMs: 0 })).toEqual([]);
  await world.clock.pass(1);
  expect(await consumer.receive(queueArn, { most: 1, waitMs: 0 })).toHaveLength(1);
});

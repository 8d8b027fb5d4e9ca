import { randomUUID } from 'node:crypto';
import {
  DeleteFunctionConcurrencyCommand,
  DeleteFunctionCommand,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { withFrozenClock } from '../support/async-events.ts';
import { beside } from '../support/beside.ts';
import { deploy, eventually } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { makeMapping, PATIENCE_MS, untilState } from '../support/mappings.ts';
import { DIARY, diaryBodies, diaryOf, diaryWith } from '../support/polled-functions.ts';
import {
  bodies,
  counts,
  makeQueue,
  receive,
  sendAll,
  type TestQueue,
  withDeadLetters,
} from '../support/queues.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** A machine may be busy with much else. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function advance(seconds: number): Promise<void> {
  const body = JSON.stringify({ advanceMs: seconds * 1000 });
  const { status } = await fetch(`${server.endpoint}/_lambent/clock`, { method: 'POST', body });
  expect(status).toBe(200);
}

async function diary(settings: object = {}): Promise<string> {
  const name = uniqueName('diary');
  await deploy(server.lambda, name, { 'index.js': DIARY }, settings);
  return name;
}

async function untilEmpty(queue: TestQueue): Promise<void> {
  await eventually(
    async () => await counts(server.sqs, queue),
    (found) => found.every((count) => count === 0),
    PATIENCE_MS,
  );
}

async function sendOrdered(queue: TestQueue, group: string, ...texts: string[]): Promise<void> {
  for (const MessageBody of texts) {
    const message = { QueueUrl: queue.url, MessageGroupId: group, MessageDeduplicationId: randomUUID() };
    await server.sqs.send(new SendMessageCommand({ ...message, MessageBody }));
  }
}

test('a message comes with everything there is to it, and is deleted', async () => {
  const queue = await makeQueue(server.sqs);
  const FunctionName = await diary();
  await makeMapping(server.lambda, { FunctionName, EventSourceArn: queue.arn });
  const { MessageId } = await server.sqs.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: 'hello',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'greeting' },
        raw: { DataType: 'Binary', BinaryValue: Buffer.from('bytes') },
      },
    }),
  );
  expect(await diaryWith(server, FunctionName, 1)).toEqual([
    {
      Records: [
        {
          messageId: MessageId,
          receiptHandle: expect.any(String) as string,
          body: 'hello',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: expect.stringMatching(/^\d{13}$/) as string,
            SenderId: expect.any(String) as string,
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/) as string,
          },
          messageAttributes: {
            kind: {
              stringValue: 'greeting',
              stringListValues: [],
              binaryListValues: [],
              dataType: 'String',
            },
            raw: {
              binaryValue: Buffer.from('bytes').toString('base64'),
              stringListValues: [],
              binaryListValues: [],
              dataType: 'Binary',
            },
          },
          md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
          md5OfBody: '5d41402abc4b2a76b9719d911017c592',
          eventSource: 'aws:sqs',
          eventSourceARN: queue.arn,
          awsRegion: 'us-east-1',
        },
      ],
    },
  ]);
  await untilEmpty(queue);
});

test('ReportBatchItemFailures keeps what it names, which ends in the dead-letter queue', async () => {
  const dead = await makeQueue(server.sqs);
  const queue = await withDeadLetters(server.sqs, dead, 2);
  const FunctionName = await diary();
  const { UUID } = await makeMapping(server.lambda, {
    FunctionName,
    EventSourceArn: queue.arn,
    Enabled: false,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  await sendAll(server.sqs, queue, 'a', 'item b', 'c');
  await server.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
  expect(diaryBodies(await diaryWith(server, FunctionName, 3))).toEqual([['a', 'item b', 'c']]);
  await eventually(
    async () => await counts(server.sqs, queue),
    ([waiting, inFlight]) => waiting === 0 && inFlight === 1,
    PATIENCE_MS,
  );
  await advance(30);
  const events = await diaryWith(server, FunctionName, 4);
  expect(diaryBodies(events)[1]).toEqual(['item b']);
  expect(events[1]?.Records[0]?.attributes['ApproximateReceiveCount']).toBe('2');
  await advance(30);
  const letters = await eventually(
    async () => await receive(server.sqs, dead, { VisibilityTimeout: 0 }),
    (found) => found.length === 1,
    PATIENCE_MS,
  );
  expect(bodies(letters)).toEqual(['item b']);
  expect(await diaryOf(server, FunctionName)).toHaveLength(2);
});

test('a batch that fails is whole again after the visibility timeout', async () => {
  const queue = await makeQueue(server.sqs, { VisibilityTimeout: '60' });
  const FunctionName = await diary();
  const { UUID } = await makeMapping(server.lambda, {
    FunctionName,
    EventSourceArn: queue.arn,
    Enabled: false,
  });
  await sendAll(server.sqs, queue, 'a', 'fail b');
  await withFrozenClock(server, async () => {
    await server.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
    await diaryWith(server, FunctionName, 2);
    await advance(59);
    expect(await counts(server.sqs, queue)).toEqual([0, 2, 0]);
    await advance(1);
    expect(diaryBodies(await diaryWith(server, FunctionName, 4))).toEqual([
      ['a', 'fail b'],
      ['a', 'fail b'],
    ]);
  });
});

test('filters delete what they do not let through', async () => {
  const queue = await makeQueue(server.sqs);
  const FunctionName = await diary();
  const Filters = [{ Pattern: '{"body":{"kind":["order"],"total":[{"numeric":[">",10]}]}}' }];
  await makeMapping(server.lambda, { FunctionName, EventSourceArn: queue.arn, FilterCriteria: { Filters } });
  const wanted = JSON.stringify({ kind: 'order', total: 11 });
  await sendAll(server.sqs, queue, 'plain text', '{"kind":"order","total":10}', '[]', wanted);
  await untilEmpty(queue);
  expect(diaryBodies(await diaryWith(server, FunctionName, 1)).flat()).toEqual([wanted]);
});

test('a window gathers a large batch', async () => {
  const queue = await makeQueue(server.sqs);
  const FunctionName = await diary();
  const gathered = { BatchSize: 30, MaximumBatchingWindowInSeconds: 300 };
  await makeMapping(server.lambda, { FunctionName, EventSourceArn: queue.arn, ...gathered });
  for (const part of ['a', 'b', 'c']) {
    const Entries = Array.from({ length: 10 }, (_, index) => ({
      Id: `i${index}`,
      MessageBody: `${part}${index}`,
    }));
    await server.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
  }
  expect((await diaryWith(server, FunctionName, 30)).map(({ Records }) => Records.length)).toEqual([30]);
  await sendAll(server.sqs, queue, 'late');
  await eventually(
    async () => await counts(server.sqs, queue),
    ([, inFlight]) => inFlight === 1,
    PATIENCE_MS,
  );
  await advance(300);
  expect(diaryBodies(await diaryWith(server, FunctionName, 31))[1]).toEqual(['late']);
  await untilEmpty(queue);
});

test('a FIFO queue stops a group at its first failure and goes on with the others', async () => {
  const queue = await makeQueue(server.sqs, { FifoQueue: 'true' });
  const FunctionName = await diary();
  const { UUID } = await makeMapping(server.lambda, {
    FunctionName,
    EventSourceArn: queue.arn,
    Enabled: false,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  await sendOrdered(queue, 'red', 'r1', 'r2 item', 'r3');
  await sendOrdered(queue, 'blue', 'b1', 'b2');
  await server.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
  const first = (await diaryWith(server, FunctionName, 5)).flatMap(({ Records }) => Records);
  expect(first.map(({ body }) => body).filter((body) => body.startsWith('r'))).toEqual([
    'r1',
    'r2 item',
    'r3',
  ]);
  await eventually(
    async () => await counts(server.sqs, queue),
    ([waiting, inFlight]) => waiting + inFlight === 2,
    PATIENCE_MS,
  );
  await advance(30);
  const all = diaryBodies(await diaryWith(server, FunctionName, 7)).flat();
  expect(all.slice(5)).toEqual(['r2 item', 'r3']);
});

test('a throttled function loses nothing and gets everything in the end', async () => {
  const queue = await makeQueue(server.sqs, { VisibilityTimeout: '60' });
  const FunctionName = await diary();
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
  );
  await makeMapping(server.lambda, { FunctionName, EventSourceArn: queue.arn });
  await sendAll(server.sqs, queue, 'a', 'b', 'c');
  await advance(20);
  const [waiting, inFlight] = await counts(server.sqs, queue);
  expect(waiting + inFlight).toBe(3);
  expect(await diaryOf(server, FunctionName)).toEqual([]);
  await server.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
  await advance(120);
  expect(
    diaryBodies(await diaryWith(server, FunctionName, 3))
      .flat()
      .toSorted(),
  ).toEqual(['a', 'b', 'c']);
  await untilEmpty(queue);
});

test('nothing is received while there is no function, and everything once it is there again', async () => {
  const queue = await makeQueue(server.sqs);
  const FunctionName = await diary();
  const { UUID } = await makeMapping(server.lambda, { FunctionName, EventSourceArn: queue.arn });
  await sendAll(server.sqs, queue, 'before');
  await diaryWith(server, FunctionName, 1);
  // What is under way when its function goes comes again.
  await untilEmpty(queue);
  await server.lambda.send(new DeleteFunctionCommand({ FunctionName }));
  await untilState(server.lambda, UUID, 'Enabled');
  await sendAll(server.sqs, queue, 'after');
  await deploy(server.lambda, FunctionName, { 'index.js': DIARY });
  await advance(60);
  const found = diaryBodies(await diaryWith(server, FunctionName, 2)).flat();
  expect(found).toContain('after');
});

test('changes of the mapping lose nothing', async () => {
  const queue = await makeQueue(server.sqs);
  const FunctionName = await diary();
  const { UUID } = await makeMapping(server.lambda, { FunctionName, EventSourceArn: queue.arn });
  const sent = Array.from({ length: 40 }, (_, index) => `m${index}`);
  const sending = sendAll(server.sqs, queue, ...sent);
  await beside(sending, async () => {
    for (const change of [{ BatchSize: 1 }, { Enabled: false }, { Enabled: true }, { BatchSize: 5 }]) {
      await server.lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...change }));
      await untilState(server.lambda, UUID, change.Enabled === false ? 'Disabled' : 'Enabled');
    }
  });
  await sending;
  await untilEmpty(queue);
  expect(
    diaryBodies(await diaryWith(server, FunctionName, 40))
      .flat()
      .toSorted(),
  ).toEqual(sent.toSorted());
});

import {
  type KinesisClient,
  MergeShardsCommand,
  PutRecordCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import {
  type CreateEventSourceMappingCommandInput,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { deploy, eventually } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { getMapping, makeMapping, type Mapping, PATIENCE_MS, untilState } from '../support/mappings.ts';
import { makeQueue, receive, type TestQueue } from '../support/queues.ts';
import { s3ClientFor } from '../support/s3.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { dataOf, STREAM_DIARY, streamDiary, type StreamDiaryEvent } from '../support/stream-diaries.ts';
import {
  FIRST_SHARD,
  kinesisFor,
  makeStream,
  putTexts,
  type TestStream,
  whenActive,
} from '../support/streams.ts';

/** A machine may be busy with much else. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let server: TestServer;
let kinesis: KinesisClient;

beforeAll(async () => {
  server = await startServer();
  kinesis = kinesisFor(server);
});

afterAll(async () => {
  kinesis.destroy();
  await server.stop();
});

async function advance(seconds: number): Promise<void> {
  const body = JSON.stringify({ advanceMs: seconds * 1000 });
  const { status } = await fetch(`${server.endpoint}/_lambent/clock`, { method: 'POST', body });
  expect(status).toBe(200);
}

interface Polled {
  readonly stream: TestStream;
  readonly name: string;
  readonly mapping: Mapping;
}

/** A stream of one shard and a STREAM_DIARY function that gets its records. */
async function polled(
  settings: Partial<CreateEventSourceMappingCommandInput> = {},
  texts: readonly string[] = [],
): Promise<Polled> {
  const stream = await makeStream(kinesis);
  if (texts.length > 0) await putTexts(kinesis, stream, texts);
  const name = uniqueName('stream-diary');
  await deploy(server.lambda, name, { 'index.js': STREAM_DIARY });
  const request = {
    FunctionName: name,
    EventSourceArn: stream.arn,
    StartingPosition: 'TRIM_HORIZON' as const,
  };
  return { stream, name, mapping: await makeMapping(server.lambda, { ...request, ...settings }) };
}

async function put(stream: TestStream, key: string, text: string): Promise<void> {
  const record = { StreamName: stream.name, PartitionKey: key, Data: Buffer.from(text) };
  await kinesis.send(new PutRecordCommand(record));
}

async function figuresOf({ UUID }: Mapping): Promise<Record<string, unknown>> {
  const answer = await fetch(`${server.endpoint}/_lambent/event-source-mappings`);
  const { eventSourceMappings } = (await answer.json()) as {
    eventSourceMappings: Record<string, unknown>[];
  };
  return eventSourceMappings.find(({ uuid }) => uuid === UUID) ?? {};
}

async function untilResult({ UUID }: Mapping, result: string): Promise<void> {
  await eventually(
    async () => await getMapping(server.lambda, UUID),
    ({ LastProcessingResult }) => LastProcessingResult === result,
    PATIENCE_MS,
  );
}

async function failures(queue: TestQueue, count: number): Promise<Record<string, unknown>[]> {
  const messages = await eventually(
    async () => await receive(server.sqs, queue, { VisibilityTimeout: 0 }),
    (found) => found.length >= count,
    PATIENCE_MS,
  );
  return messages.map(({ Body = '' }) => JSON.parse(Body) as Record<string, unknown>);
}

test('records come in their order with everything there is to them, from the beginning', async () => {
  const { stream, name, mapping } = await polled({}, ['a', 'b']);
  await putTexts(kinesis, stream, ['c']);
  const events = await streamDiary(server, name, 3);
  expect(dataOf(events).flat()).toEqual(['a', 'b', 'c']);
  const [first] = events[0]?.Records ?? [];
  expect(first).toEqual({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'a',
      sequenceNumber: expect.stringMatching(/^\d+$/) as string,
      data: Buffer.from('a').toString('base64'),
      approximateArrivalTimestamp: expect.any(Number) as number,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${FIRST_SHARD}:${first?.kinesis.sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/lambda-role',
    awsRegion: 'us-east-1',
    eventSourceARN: stream.arn,
  });
  expect(mapping).toMatchObject({ State: 'Enabled', StateTransitionReason: 'User action' });
  await untilResult(mapping, 'OK');
});

test('LATEST and AT_TIMESTAMP begin there', async () => {
  const latest = await polled({ StartingPosition: 'LATEST' }, ['before']);
  await putTexts(kinesis, latest.stream, ['after']);
  expect(dataOf(await streamDiary(server, latest.name, 1))).toEqual([['after']]);
  const stream = await makeStream(kinesis);
  await putTexts(kinesis, stream, ['early']);
  await advance(60);
  const clock = (await (await fetch(`${server.endpoint}/_lambent/clock`)).json()) as { nowMs: number };
  await advance(60);
  await putTexts(kinesis, stream, ['late']);
  await deploy(server.lambda, `${latest.name}-at`, { 'index.js': STREAM_DIARY });
  await makeMapping(server.lambda, {
    FunctionName: `${latest.name}-at`,
    EventSourceArn: stream.arn,
    StartingPosition: 'AT_TIMESTAMP',
    StartingPositionTimestamp: new Date(clock.nowMs),
  });
  expect(dataOf(await streamDiary(server, `${latest.name}-at`, 1))).toEqual([['late']]);
});

test('a batch that fails blocks its shard, and ends in the destination after its retries', async () => {
  const queue = await makeQueue(server.sqs);
  const { stream, name, mapping } = await polled({
    MaximumRetryAttempts: 2,
    DestinationConfig: { OnFailure: { Destination: queue.arn } },
  });
  await putTexts(kinesis, stream, ['fail']);
  await streamDiary(server, name, 1);
  await putTexts(kinesis, stream, ['next']);
  await untilResult(mapping, 'PROBLEM: Function call failed');
  await advance(60);
  expect(dataOf(await streamDiary(server, name, 4))).toEqual([['fail'], ['fail'], ['fail'], ['next']]);
  expect(await failures(queue, 1)).toEqual([
    {
      requestContext: {
        requestId: expect.any(String) as string,
        functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: expect.stringMatching(/\.\d{3}Z$/) as string,
      KinesisBatchInfo: {
        shardId: FIRST_SHARD,
        startSequenceNumber: expect.any(String) as string,
        endSequenceNumber: expect.any(String) as string,
        approximateArrivalOfFirstRecord: expect.stringMatching(/\.\d{3}Z$/) as string,
        approximateArrivalOfLastRecord: expect.stringMatching(/\.\d{3}Z$/) as string,
        batchSize: 1,
        streamArn: stream.arn,
      },
    },
  ]);
});

test('what became of records is counted for each mapping, and how old they were', async () => {
  const queue = await makeQueue(server.sqs);
  const { stream, name, mapping } = await polled({
    MaximumRetryAttempts: 1,
    DestinationConfig: { OnFailure: { Destination: queue.arn } },
    FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ data: { wanted: [true] } }) }] },
    Enabled: false,
  });
  await putTexts(kinesis, stream, ['{"wanted":false}', '{"wanted":true}', '{"wanted":true,"fail":1}']);
  await advance(100);
  await server.lambda.send(new UpdateEventSourceMappingCommand({ UUID: mapping.UUID, Enabled: true }));
  await streamDiary(server, name, 2);
  await advance(60);
  await failures(queue, 1);
  const facts = await eventually(
    async () => await figuresOf(mapping),
    ({ droppedEventCount }) => droppedEventCount === 2,
    PATIENCE_MS,
  );
  expect(facts).toMatchObject({
    isPolling: true,
    polledEventCount: 3,
    filteredOutEventCount: 1,
    invokedEventCount: 4,
    failedInvokeEventCount: 4,
    onFailureDestinationDeliveredEventCount: 2,
    deletedEventCount: 0,
  });
  // It failed once when it was 100 seconds old, and once more after that.
  expect(facts.iteratorAgeMs).toBeGreaterThan(100_000);
  const health = (await (await fetch(`${server.endpoint}/_lambent/health`)).json()) as Record<
    string,
    unknown
  >;
  expect(health['eventSourceMappings']).toEqual({
    polled: expect.any(Number) as number,
    iteratorAgeMs: expect.any(Number) as number,
  });
});

test('bisecting finds the record that fails', async () => {
  const queue = await makeQueue(server.sqs);
  const { name } = await polled(
    {
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: queue.arn } },
    },
    ['a', 'b', 'fail', 'd'],
  );
  await advance(60);
  expect(dataOf(await streamDiary(server, name, 10))).toEqual([
    ['a', 'b', 'fail', 'd'],
    ['a', 'b'],
    ['fail', 'd'],
    ['fail'],
    ['d'],
  ]);
  expect(await failures(queue, 1)).toMatchObject([{ KinesisBatchInfo: { batchSize: 1 } }]);
});

test('of a partial failure, what is from the first failed record on runs again', async () => {
  const queue = await makeQueue(server.sqs);
  const { name } = await polled(
    {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: queue.arn } },
    },
    ['a', 'item b', 'c'],
  );
  await advance(60);
  expect(dataOf(await streamDiary(server, name, 5))).toEqual([
    ['a', 'item b', 'c'],
    ['item b', 'c'],
  ]);
  expect(await failures(queue, 1)).toMatchObject([
    { responseContext: { functionError: null }, KinesisBatchInfo: { batchSize: 2 } },
  ]);
});

test('records that have become too old go to the destination', async () => {
  const queue = await makeQueue(server.sqs);
  const { name, stream } = await polled({
    MaximumRecordAgeInSeconds: 60,
    DestinationConfig: { OnFailure: { Destination: queue.arn } },
  });
  await putTexts(kinesis, stream, ['fail']);
  await streamDiary(server, name, 1);
  await advance(120);
  await putTexts(kinesis, stream, ['young']);
  const found = dataOf(
    await eventually(
      async () => await streamDiary(server, name),
      (events) => dataOf(events).flat().includes('young'),
      PATIENCE_MS,
    ),
  );
  expect(found.at(-1)).toEqual(['young']);
  const [record] = await failures(queue, 1);
  expect(record).toMatchObject({ requestContext: { condition: 'RecordAgeExceeded' } });
  expect(record).not.toHaveProperty('responseContext');
});

test('filters pass over what they do not let through', async () => {
  const Filters = [{ Pattern: '{"data":{"kind":["order"]}}' }, { Pattern: '{"partitionKey":["vip"]}' }];
  const { stream, name } = await polled({ FilterCriteria: { Filters } });
  await put(stream, 'a', 'no JSON');
  await put(stream, 'a', '{"kind":"other"}');
  await put(stream, 'vip', 'anything');
  await put(stream, 'a', '{"kind":"order"}');
  expect(dataOf(await streamDiary(server, name, 2)).flat()).toEqual(['anything', '{"kind":"order"}']);
});

test('in parallel, each key keeps its order and a key that fails does not hold up the others', async () => {
  const { stream, name } = await polled({ ParallelizationFactor: 10, BatchSize: 1 });
  await put(stream, 'bad', 'fail');
  for (let index = 0; index < 5; index += 1) {
    for (const key of ['x', 'y', 'z']) await put(stream, key, `${key}${index}`);
  }
  const seen = await eventually(
    async () => dataOf(await streamDiary(server, name)).flat(),
    (texts) => texts.filter((text) => text !== 'fail').length >= 15,
    PATIENCE_MS,
  );
  for (const key of ['x', 'y', 'z']) {
    expect(seen.filter((text) => text.startsWith(key))).toEqual(
      [0, 1, 2, 3, 4].map((index) => `${key}${index}`),
    );
  }
});

const finalsOf = (events: readonly StreamDiaryEvent[]): StreamDiaryEvent[] =>
  events.filter(({ isFinalInvokeForWindow }) => isFinalInvokeForWindow === true);
const countedIn = (finals: readonly StreamDiaryEvent[]): number =>
  finals.reduce((sum, { state }) => sum + (state?.count ?? 0), 0);

test('windows have state, and close once', async () => {
  const { stream, name } = await polled({ TumblingWindowInSeconds: 60, StartingPosition: 'TRIM_HORIZON' });
  await putTexts(kinesis, stream, ['a', 'b']);
  await streamDiary(server, name, 2);
  await advance(30);
  await putTexts(kinesis, stream, ['c']);
  await streamDiary(server, name, 3);
  await advance(120);
  const events = await eventually(
    async () => await streamDiary(server, name),
    // The three may be in two windows.
    (found) => countedIn(finalsOf(found)) >= 3,
    PATIENCE_MS,
  );
  const finals = finalsOf(events);
  expect(countedIn(finals)).toBe(3);
  expect(new Set(finals.map(({ window }) => window?.start)).size).toBe(finals.length);
  expect(events[0]).toMatchObject({
    window: {
      start: expect.stringMatching(/:00Z$/) as string,
      end: expect.stringMatching(/:00Z$/) as string,
    },
    state: {},
    shardId: FIRST_SHARD,
    eventSourceARN: stream.arn,
    isFinalInvokeForWindow: false,
    isWindowTerminatedEarly: false,
  });
  expect(finals[0]?.Records).toEqual([]);
});

test('shards are followed from parents to children, through splits and merges', async () => {
  const { stream, name } = await polled({ BatchSize: 3 });
  const StreamName = stream.name;
  const all: string[] = [];
  const send = async (round: string): Promise<void> => {
    for (const key of ['x', 'y']) {
      for (const part of ['1', '2']) {
        await put(stream, key, `${key}-${round}-${part}`);
        all.push(`${key}-${round}-${part}`);
      }
    }
  };
  await send('a');
  await kinesis.send(
    new SplitShardCommand({ StreamName, ShardToSplit: FIRST_SHARD, NewStartingHashKey: String(2n ** 127n) }),
  );
  await whenActive(kinesis, StreamName);
  await send('b');
  const halves = { ShardToMerge: 'shardId-000000000001', AdjacentShardToMerge: 'shardId-000000000002' };
  await kinesis.send(new MergeShardsCommand({ StreamName, ...halves }));
  await whenActive(kinesis, StreamName);
  await send('c');
  await kinesis.send(
    new UpdateShardCountCommand({ StreamName, TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' }),
  );
  await whenActive(kinesis, StreamName);
  await send('d');
  const seen = dataOf(await streamDiary(server, name, all.length)).flat();
  expect(seen.toSorted()).toEqual(all.toSorted());
  for (const key of ['x', 'y']) {
    const own = (texts: readonly string[]): string[] => texts.filter((text) => text.startsWith(key));
    expect(own(seen)).toEqual(own(all));
  }
});

test('a mapping that is off reads on later from where it was', async () => {
  const { stream, name, mapping } = await polled({}, ['a']);
  const { UUID } = mapping;
  await streamDiary(server, name, 1);
  await server.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
  await untilState(server.lambda, UUID, 'Disabled');
  await putTexts(kinesis, stream, ['b', 'c']);
  const changed = { UUID, Enabled: true, ParallelizationFactor: 3, BatchSize: 1 };
  await server.lambda.send(new UpdateEventSourceMappingCommand(changed));
  await untilState(server.lambda, UUID, 'Enabled');
  expect(
    dataOf(await streamDiary(server, name, 3))
      .flat()
      .toSorted(),
  ).toEqual(['a', 'b', 'c']);
});

test('a bucket as destination gets the records themselves', async () => {
  const s3 = s3ClientFor(server);
  const Bucket = uniqueName('given-up');
  await s3.send(new CreateBucketCommand({ Bucket }));
  const { mapping } = await polled(
    { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: `arn:aws:s3:::${Bucket}` } } },
    ['fail'],
  );
  const { Contents = [] } = await eventually(
    async () => await s3.send(new ListObjectsV2Command({ Bucket })),
    ({ KeyCount }) => KeyCount === 1,
    PATIENCE_MS,
  );
  const Key = Contents[0]?.Key ?? '';
  const time = '\\d{4}/\\d\\d/\\d\\d/\\d{4}-\\d\\d-\\d\\dT\\d\\d\\.\\d\\d\\.\\d\\d-[0-9a-f-]{36}';
  expect(Key).toMatch(new RegExp(`^aws/lambda/${mapping.UUID}/${FIRST_SHARD}/${time}$`));
  const object = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const record = JSON.parse((await object.Body?.transformToString()) ?? '') as { payload: string };
  expect(record).toMatchObject({ requestContext: { condition: 'RetryAttemptsExhausted' } });
  expect(JSON.parse(record.payload)).toMatchObject({
    Records: [{ eventSource: 'aws:kinesis', kinesis: { data: Buffer.from('fail').toString('base64') } }],
  });
  s3.destroy();
});

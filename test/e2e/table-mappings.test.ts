import { DescribeTableCommand, type DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import type { CreateEventSourceMappingCommandInput } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { advanceClock } from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { makeMapping, PATIENCE_MS } from '../support/mappings.ts';
import { diaryOf } from '../support/polled-functions.ts';
import { makeQueue, receive } from '../support/queues.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { dynamodbFor, KEY_OF_ONE, makeTable, number, putAll, text } from '../support/tables.ts';

/** A machine may be busy with much else. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const CODE = `
  exports.handler = async (event) => {
    console.log('diary ' + JSON.stringify(event));
    if (event.Records.some(({ dynamodb }) => dynamodb.Keys.id.S.includes('fail'))) throw new Error('as asked');
  };
`;

interface TableRecord {
  readonly eventName: string;
  readonly dynamodb: {
    readonly Keys: { readonly id: { readonly S: string } };
    readonly NewImage?: { readonly n?: { readonly N: string } };
  };
}

interface WindowEvent {
  readonly state: { readonly count?: number };
  readonly isFinalInvokeForWindow: boolean;
}

let server: TestServer;
let client: DynamoDBClient;

beforeAll(async () => {
  server = await startServer();
  client = dynamodbFor(server);
});
afterAll(async () => {
  client?.destroy();
  await server?.stop();
});

/** A table whose changes a function gets. */
async function polled(settings: Partial<CreateEventSourceMappingCommandInput> = {}, code = CODE) {
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' as const };
  const table = await makeTable(client, { ...KEY_OF_ONE, StreamSpecification });
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  const EventSourceArn = Table?.LatestStreamArn ?? '';
  const name = uniqueName('table-diary');
  await deploy(server.lambda, name, { 'index.js': code });
  await makeMapping(server.lambda, {
    FunctionName: name,
    EventSourceArn,
    StartingPosition: 'TRIM_HORIZON',
    ...settings,
  });
  return { table, name, EventSourceArn };
}

async function recordsOf(name: string, count: number): Promise<TableRecord[]> {
  const read = async () =>
    (await diaryOf(server, name)).flatMap(({ Records }) => Records as unknown as TableRecord[]);
  return await eventually(read, (records) => records.length >= count, PATIENCE_MS);
}

/** What was seen of an item, in order. */
function versionsOf(records: readonly TableRecord[], id: string): (string | undefined)[] {
  const ofItem = records.filter(({ dynamodb }) => dynamodb.Keys.id.S === id);
  return ofItem.map(({ dynamodb }) => dynamodb.NewImage?.n?.N);
}

test('a function gets what changes in a table, with everything there is to it', async () => {
  const { table, name, EventSourceArn } = await polled();
  await putAll(client, table, { id: text('a'), n: number(1) }, { id: text('a'), n: number(2) });
  const [first, second] = await recordsOf(name, 2);
  expect(first).toEqual({
    eventID: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: expect.any(Number) as number,
      Keys: { id: text('a') },
      NewImage: { id: text('a'), n: number(1) },
      SequenceNumber: expect.stringMatching(/^\d{21}$/) as string,
      SizeBytes: 9,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
    eventSourceARN: EventSourceArn,
  });
  expect(second).toMatchObject({
    eventName: 'MODIFY',
    dynamodb: { OldImage: { n: number(1) }, NewImage: { n: number(2) } },
  });
});

test('a filter picks changes by their values, and expiry is a change', async () => {
  const Pattern = JSON.stringify({
    eventName: ['INSERT'],
    dynamodb: { NewImage: { kind: { S: ['wanted'] } } },
  });
  const removals = JSON.stringify({ userIdentity: { type: ['Service'] } });
  const Filters = [{ Pattern }, { Pattern: removals }];
  const { table, name } = await polled({ FilterCriteria: { Filters } });
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: table,
      TimeToLiveSpecification: { Enabled: true, AttributeName: 'until' },
    }),
  );
  const until = number(Math.floor(Date.now() / 1000) + 3_600);
  await putAll(
    client,
    table,
    { id: text('a'), kind: text('other') },
    { id: text('b'), kind: text('wanted'), until },
    { id: text('b'), kind: text('wanted'), n: number(1), until },
  );
  await recordsOf(name, 1);
  await advanceClock(server, 3_700_000);
  const records = await recordsOf(name, 2);
  expect(records).toMatchObject([
    { eventName: 'INSERT', dynamodb: { Keys: { id: text('b') } } },
    {
      eventName: 'REMOVE',
      dynamodb: { Keys: { id: text('b') } },
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
    },
  ]);
});

test('what a function cannot process is told of, and the rest goes on', async () => {
  const queue = await makeQueue(server.sqs);
  const { table, name, EventSourceArn } = await polled({
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 2,
    DestinationConfig: { OnFailure: { Destination: queue.arn } },
  });
  await putAll(client, table, { id: text('one') }, { id: text('fail') }, { id: text('two') });
  const [message] = await eventually(
    async () => await receive(server.sqs, queue, { VisibilityTimeout: 0 }),
    (found) => found.length > 0,
    PATIENCE_MS,
  );
  expect(JSON.parse(message?.Body ?? '')).toMatchObject({
    DDBStreamBatchInfo: { batchSize: 1, streamArn: EventSourceArn },
  });
  // What fails is seen several times: how many records there were says nothing of which.
  await eventually(
    async () => new Set((await recordsOf(name, 3)).map(({ dynamodb }) => dynamodb.Keys.id.S)),
    (ids) => ['one', 'fail', 'two'].every((id) => ids.has(id)),
    PATIENCE_MS,
  );
});

test('filters know values by their types', async () => {
  const newImage = (condition: object) => ({
    Pattern: JSON.stringify({ dynamodb: { NewImage: condition } }),
  });
  const Filters = [
    newImage({ n: { N: ['7'] } }),
    newImage({ kind: { S: [{ prefix: 'ord' }] }, gone: { N: [{ exists: false }] } }),
    newImage({ tags: { SS: ['x'] }, flag: { BOOL: [true] } }),
    newImage({ map: { M: { deep: { L: { S: ['in'] } } } } }),
  ];
  const { table, name } = await polled({ FilterCriteria: { Filters } });
  await putAll(
    client,
    table,
    { id: text('number'), n: number(7) },
    { id: text('text of a number'), n: text('7') },
    { id: text('other number'), n: number(8) },
    { id: text('prefix'), kind: text('order') },
    { id: text('prefix, but'), kind: text('order'), gone: number(1) },
    { id: text('set'), tags: { SS: ['w', 'x'] }, flag: { BOOL: true } },
    { id: text('set, but'), tags: { SS: ['w', 'x'] }, flag: { BOOL: false } },
    { id: text('deep'), map: { M: { deep: { L: [text('out'), text('in')] } } } },
  );
  const records = await recordsOf(name, 4);
  expect(records.map(({ dynamodb }) => dynamodb.Keys.id.S)).toEqual(['number', 'prefix', 'set', 'deep']);
});

const PARTIAL = `
  exports.handler = async (event) => {
    console.log('diary ' + JSON.stringify(event));
    const batchItemFailures = event.Records.filter(({ dynamodb }) => dynamodb.Keys.id.S.includes('item'))
      .map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber }));
    return { batchItemFailures };
  };
`;

test('a failed record of several keeps those behind it waiting, other items go on, and it ends in the destination', async () => {
  const queue = await makeQueue(server.sqs);
  const { table, name } = await polled(
    {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ParallelizationFactor: 2,
      MaximumRetryAttempts: 1,
      BatchSize: 1,
      DestinationConfig: { OnFailure: { Destination: queue.arn } },
    },
    PARTIAL,
  );
  const versions = ['a', 'b', 'c', 'item'].flatMap((id) =>
    [1, 2].map((n) => ({ id: text(id), n: number(n) })),
  );
  await putAll(client, table, ...versions);
  const seen = await eventually(
    async () => await recordsOf(name, 6),
    (records) => ['a', 'b', 'c'].every((id) => versionsOf(records, id).length === 2),
    PATIENCE_MS,
  );
  for (const id of ['a', 'b', 'c']) expect(versionsOf(seen, id)).toEqual(['1', '2']);
  const messages = await eventually(
    async () => {
      // Its second try waits.
      await advanceClock(server, 60_000);
      return await receive(server.sqs, queue, { VisibilityTimeout: 0 });
    },
    (found) => found.length >= 2,
    PATIENCE_MS,
  );
  const [failed] = messages.map(({ Body = '' }) => JSON.parse(Body) as Record<string, unknown>);
  expect(failed).toMatchObject({ DDBStreamBatchInfo: { batchSize: 1 } });
});

const COUNTER = `
  exports.handler = async (event) => {
    console.log('diary ' + JSON.stringify(event));
    return { state: { count: (event.state.count ?? 0) + event.Records.length } };
  };
`;

test('windows have state, and close', async () => {
  const { table, name } = await polled({ TumblingWindowInSeconds: 60 }, COUNTER);
  await putAll(client, table, { id: text('a') }, { id: text('b') });
  await recordsOf(name, 2);
  await advanceClock(server, 180_000);
  const counted = await eventually(
    async () => {
      const events = (await diaryOf(server, name)) as unknown as WindowEvent[];
      const finals = events.filter(({ isFinalInvokeForWindow }) => isFinalInvokeForWindow);
      return finals.reduce((sum, { state }) => sum + (state.count ?? 0), 0);
    },
    // The two may be in two windows.
    (count) => count >= 2,
    PATIENCE_MS,
  );
  expect(counted).toBe(2);
});

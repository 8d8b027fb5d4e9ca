import {
  type AttributeValue,
  DeleteItemCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ExecuteStatementCommand,
  ExecuteTransactionCommand,
  GetItemCommand,
  PutItemCommand,
  type StreamViewType,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  type _Record,
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock } from '../../support/async-events.ts';
import { KEY_OF_ONE, makeTable, number, putAll, text } from '../../support/tables.ts';
import { refusal, useDynamodb } from './dynamodb-fixtures.ts';

const shared = useDynamodb();
let streams: DynamoDBStreamsClient;
const HOUR_MS = 3_600_000;

beforeAll(() => {
  streams = new DynamoDBStreamsClient({
    endpoint: shared.server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterAll(() => streams?.destroy());

async function streamed(StreamViewType: StreamViewType = 'NEW_AND_OLD_IMAGES') {
  const StreamSpecification = { StreamEnabled: true, StreamViewType };
  const table = await makeTable(shared.client, { ...KEY_OF_ONE, StreamSpecification });
  const { Table } = await shared.client.send(new DescribeTableCommand({ TableName: table }));
  return { table, StreamArn: Table?.LatestStreamArn ?? '' };
}

/** Seconds from now on, as items say when they expire. */
async function inSeconds(seconds: number): Promise<AttributeValue> {
  const clock = (await (await fetch(`${shared.server.endpoint}/_lambent/clock`)).json()) as { now: string };
  return number(Math.floor(Date.parse(clock.now) / 1000) + seconds);
}

async function iterator(StreamArn: string, from: Partial<GetShardIteratorCommandInput> = {}) {
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON', ...from }),
  );
  return ShardIterator;
}

async function records(
  StreamArn: string,
  from: Partial<GetShardIteratorCommandInput> = {},
): Promise<_Record[]> {
  const { Records } = await streams.send(
    new GetRecordsCommand({ ShardIterator: await iterator(StreamArn, from) }),
  );
  return Records ?? [];
}

describe('a stream', () => {
  test('has each change once, in order, with the images asked for', async () => {
    const { table, StreamArn } = await streamed();
    const Key = { id: text('a') };
    await putAll(shared.client, table, { ...Key, n: number(1) });
    await putAll(shared.client, table, { ...Key, n: number(1) });
    await shared.client.send(
      new UpdateItemCommand({
        TableName: table,
        Key,
        UpdateExpression: 'SET b = :b',
        ExpressionAttributeValues: { ':b': { B: new Uint8Array([7]) } },
      }),
    );
    await shared.client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Delete: { TableName: table, Key } },
          { Put: { TableName: table, Item: { id: text('b') } } },
        ],
      }),
    );
    await shared.client.send(new DeleteItemCommand({ TableName: table, Key: { id: text('never') } }));
    const all = await records(StreamArn);
    const changed = { id: text('a'), n: number(1), b: { B: new Uint8Array([7]) } };
    expect(all.map(({ eventName, dynamodb }) => [eventName, dynamodb?.OldImage, dynamodb?.NewImage])).toEqual(
      [
        ['INSERT', undefined, { id: text('a'), n: number(1) }],
        ['MODIFY', { id: text('a'), n: number(1) }, changed],
        ['REMOVE', changed, undefined],
        ['INSERT', undefined, { id: text('b') }],
      ],
    );
    expect(all[0]).toMatchObject({
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      dynamodb: {
        Keys: Key,
        SizeBytes: 9,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
        ApproximateCreationDateTime: expect.any(Date),
      },
    });
    const numbers = all.map(({ dynamodb }) => BigInt(dynamodb?.SequenceNumber ?? 0));
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => (a < b ? -1 : 1)));
  });

  test('has what statements change, and deletes what they let expire', async () => {
    const { table, StreamArn } = await streamed();
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'until' };
    await shared.client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
    const run = async (Statement: string, ...Parameters: AttributeValue[]) =>
      await shared.client.send(
        new ExecuteStatementCommand({ Statement, ...(Parameters.length > 0 && { Parameters }) }),
      );
    await run(`INSERT INTO "${table}" VALUE {'id': 'a', 'until': ?}`, await inSeconds(HOUR_MS / 1000));
    await run(`UPDATE "${table}" REMOVE absent WHERE id = 'a'`);
    await refusal(run(`UPDATE "${table}" SET n = 1 WHERE id = 'none'`));
    await run(`DELETE FROM "${table}" WHERE id = 'none'`);
    const statements = [
      `EXISTS(SELECT * FROM "${table}" WHERE id = 'a' AND n IS MISSING)`,
      `INSERT INTO "${table}" VALUE {'id': 'b'}`,
    ];
    const TransactStatements = statements.map((Statement) => ({ Statement }));
    await shared.client.send(new ExecuteTransactionCommand({ TransactStatements }));
    await run(`DELETE FROM "${table}" WHERE id = 'b'`);
    await advanceClock(shared.server, HOUR_MS + 1_000);
    const shown = (await records(StreamArn)).map(({ eventName, dynamodb, userIdentity }) => {
      return [eventName, dynamodb?.Keys?.['id']?.S, userIdentity?.Type];
    });
    expect(shown).toEqual([
      ['INSERT', 'a', undefined],
      ['INSERT', 'b', undefined],
      ['REMOVE', 'b', undefined],
      ['REMOVE', 'a', 'Service'],
    ]);
  });

  test.each([
    ['KEYS_ONLY', [false, false]],
    ['NEW_IMAGE', [true, false]],
    ['OLD_IMAGE', [false, true]],
  ] as const)('of %s has no more', async (view, images) => {
    const { table, StreamArn } = await streamed(view);
    await putAll(shared.client, table, { id: text('a') }, { id: text('a'), n: number(1) });
    const [, modified] = await records(StreamArn);
    const { NewImage, OldImage } = modified?.dynamodb ?? {};
    expect([NewImage !== undefined, OldImage !== undefined]).toEqual(images);
  });

  test('is read from anywhere, and a record is kept for a day', async () => {
    const { table, StreamArn } = await streamed();
    await putAll(shared.client, table, { id: text('a') }, { id: text('b') }, { id: text('c') });
    const [first, second] = await records(StreamArn);
    const SequenceNumber = second?.dynamodb?.SequenceNumber;
    const ids = (found: readonly _Record[]) => found.map(({ dynamodb }) => dynamodb?.Keys?.['id']?.S);
    expect(
      ids(await records(StreamArn, { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber })),
    ).toEqual(['b', 'c']);
    expect(
      ids(await records(StreamArn, { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber })),
    ).toEqual(['c']);
    const latest = await iterator(StreamArn, { ShardIteratorType: 'LATEST' });
    await putAll(shared.client, table, { id: text('d') });
    const { Records, NextShardIterator } = await streams.send(
      new GetRecordsCommand({ ShardIterator: latest }),
    );
    expect(ids(Records ?? [])).toEqual(['d']);
    expect((await streams.send(new GetRecordsCommand({ ShardIterator: NextShardIterator }))).Records).toEqual(
      [],
    );
    await advanceClock(shared.server, 24 * HOUR_MS);
    expect(await refusal(streams.send(new GetRecordsCommand({ ShardIterator: latest })))).toMatchObject({
      name: 'ExpiredIteratorException',
    });
    expect(await records(StreamArn)).toEqual([]);
    expect(first?.eventName).toBe('INSERT');
  });

  test('ends when it is switched off, and can still be read', async () => {
    const { table, StreamArn } = await streamed();
    await putAll(shared.client, table, { id: text('a') });
    const StreamSpecification = { StreamEnabled: false };
    await shared.client.send(new UpdateTableCommand({ TableName: table, StreamSpecification }));
    await putAll(shared.client, table, { id: text('b') });
    const { Records, NextShardIterator } = await streams.send(
      new GetRecordsCommand({ ShardIterator: await iterator(StreamArn) }),
    );
    expect([Records?.length, NextShardIterator]).toEqual([1, undefined]);
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    expect(StreamDescription).toMatchObject({ StreamStatus: 'DISABLED', TableName: table });
    const { Streams } = await streams.send(new ListStreamsCommand({ TableName: table }));
    expect(Streams).toEqual([{ StreamArn, TableName: table, StreamLabel: StreamArn.split('/').at(-1) }]);
  });

  test('that is switched on again is another one, and both can be read for a day', async () => {
    const { table, StreamArn: old } = await streamed();
    await putAll(shared.client, table, { id: text('a') });
    const change = async (StreamEnabled: boolean) => {
      const StreamSpecification = {
        StreamEnabled,
        ...(StreamEnabled && { StreamViewType: 'KEYS_ONLY' as const }),
      };
      await shared.client.send(new UpdateTableCommand({ TableName: table, StreamSpecification }));
    };
    await change(false);
    await advanceClock(shared.server, HOUR_MS);
    await change(true);
    await putAll(shared.client, table, { id: text('b') });
    const { Table } = await shared.client.send(new DescribeTableCommand({ TableName: table }));
    const StreamArn = Table?.LatestStreamArn ?? '';
    expect(StreamArn).not.toBe(old);
    expect([(await records(old)).length, (await records(StreamArn)).length]).toEqual([1, 1]);
    const { Streams } = await streams.send(new ListStreamsCommand({ TableName: table }));
    expect(Streams?.map((one) => one.StreamArn)).toEqual([old, StreamArn]);
    await advanceClock(shared.server, 24 * HOUR_MS);
    expect(await refusal(records(old))).toMatchObject({ name: 'ResourceNotFoundException' });
    expect(await records(StreamArn)).toEqual([]);
  });

  test('of which the beginning is gone is not read from there', async () => {
    const { table, StreamArn } = await streamed();
    await putAll(shared.client, table, { id: text('a') });
    const [gone] = await records(StreamArn);
    await advanceClock(shared.server, 24 * HOUR_MS);
    await putAll(shared.client, table, { id: text('b') });
    const from = { SequenceNumber: gone?.dynamodb?.SequenceNumber };
    expect(
      await refusal(records(StreamArn, { ShardIteratorType: 'AT_SEQUENCE_NUMBER', ...from })),
    ).toMatchObject({ name: 'TrimmedDataAccessException' });
    expect(await records(StreamArn, { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', ...from })).toHaveLength(1);
  });

  test('has one shard, and none behind it', async () => {
    const { StreamArn } = await streamed();
    const describeWith = async (input: object) =>
      (await streams.send(new DescribeStreamCommand({ StreamArn, ...input }))).StreamDescription?.Shards;
    const [shard] = (await describeWith({})) ?? [];
    expect(await describeWith({ ExclusiveStartShardId: shard?.ShardId })).toEqual([]);
    const ShardFilter = { Type: 'CHILD_SHARDS', ShardId: shard?.ShardId };
    expect(await describeWith({ ShardFilter })).toEqual([]);
    const other = describeWith({ ExclusiveStartShardId: 'shardId-00000000000000000000-00000000' });
    expect(await refusal(other)).toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('that is not there is refused', async () => {
    const { StreamArn } = await streamed();
    expect(
      await refusal(
        streams.send(new DescribeStreamCommand({ StreamArn: StreamArn.replace('table-', 'other-') })),
      ),
    ).toMatchObject({ name: 'ResourceNotFoundException' });
    expect(await refusal(streams.send(new GetRecordsCommand({ ShardIterator: 'none' })))).toMatchObject({
      name: 'ValidationException',
      message: 'Invalid ShardIterator',
    });
  });
});

describe('TimeToLive', () => {
  const isThere = async (TableName: string, id: string): Promise<boolean> =>
    (await shared.client.send(new GetItemCommand({ TableName, Key: { id: text(id) } }))).Item !== undefined;

  test('deletes what has expired, and the stream says why', async () => {
    const { table, StreamArn } = await streamed();
    await putAll(shared.client, table, { id: text('old'), until: await inSeconds(HOUR_MS / 1000) });
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'until' };
    await shared.client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
    const { TimeToLiveDescription } = await shared.client.send(
      new DescribeTimeToLiveCommand({ TableName: table }),
    );
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'until' });
    await putAll(
      shared.client,
      table,
      { id: text('new'), until: await inSeconds((2 * HOUR_MS) / 1000) },
      { id: text('forever'), until: text('never') },
      { id: text('ancient'), until: number(1) },
    );
    await advanceClock(shared.server, HOUR_MS + 1000);
    expect([await isThere(table, 'old'), await isThere(table, 'new')]).toEqual([false, true]);
    await shared.client.send(
      new PutItemCommand({ TableName: table, Item: { id: text('new'), until: await inSeconds(86_400) } }),
    );
    await advanceClock(shared.server, 2 * HOUR_MS);
    expect(await Promise.all(['new', 'forever', 'ancient'].map((id) => isThere(table, id)))).toEqual([
      true,
      true,
      true,
    ]);
    const removed = (await records(StreamArn)).filter(({ eventName }) => eventName === 'REMOVE');
    expect(removed).toMatchObject([
      {
        dynamodb: { Keys: { id: text('old') } },
        userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' },
      },
    ]);
    const again = new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification });
    expect(await refusal(shared.client.send(again))).toMatchObject({
      message: 'TimeToLive is already enabled',
    });
  });
});

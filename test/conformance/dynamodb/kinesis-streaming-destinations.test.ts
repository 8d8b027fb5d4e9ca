import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeKinesisStreamingDestinationCommand,
  DisableKinesisStreamingDestinationCommand,
  EnableKinesisStreamingDestinationCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateKinesisStreamingDestinationCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  type KinesisClient,
  UpdateMaxRecordSizeCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { advanceClock, withFrozenClock } from '../../support/async-events.ts';
import { eventually } from '../../support/functions.ts';
import { PATIENCE_MS } from '../../support/mappings.ts';
import { firstComings, StreamedChanges } from '../../support/streamed-changes.ts';
import { kinesisFor, makeStream, type TestStream, whenActive } from '../../support/streams.ts';
import { brokenChains, itemsOf } from '../../support/table-streams.ts';
import { KEY_OF_ONE, makeTable, number, putAll, text } from '../../support/tables.ts';
import { refusal, useDynamodb } from './dynamodb-fixtures.ts';

vi.setConfig({ testTimeout: 120_000 });

const shared = useDynamodb();
const STATE = 'Table is not in a valid state to enable Kinesis Streaming Destination: ';
const NOWHERE = 'arn:aws:kinesis:us-east-1:000000000000:stream/there-is-none';
const MICROSECOND = { ApproximateCreationDateTimePrecision: 'MICROSECOND' } as const;
let kinesis: KinesisClient;

beforeAll(() => {
  kinesis = kinesisFor(shared.server);
});
afterAll(() => kinesis?.destroy());

const enable = async (TableName: string, StreamArn: string) =>
  await shared.client.send(new EnableKinesisStreamingDestinationCommand({ TableName, StreamArn }));
const disable = async (TableName: string, StreamArn: string) =>
  await shared.client.send(new DisableKinesisStreamingDestinationCommand({ TableName, StreamArn }));
const update = async (TableName: string, StreamArn: string, UpdateKinesisStreamingConfiguration = {}) =>
  await shared.client.send(
    new UpdateKinesisStreamingDestinationCommand({
      TableName,
      StreamArn,
      UpdateKinesisStreamingConfiguration,
    }),
  );

async function destinations(TableName: string) {
  const command = new DescribeKinesisStreamingDestinationCommand({ TableName });
  return (await shared.client.send(command)).KinesisDataStreamDestinations;
}

async function untilStatus(table: string, status: string): Promise<void> {
  await eventually(
    async () => (await destinations(table))?.[0]?.DestinationStatus,
    (found) => found === status,
    PATIENCE_MS,
  );
}

/** A table whose changes go to a stream of its own. */
async function streamed(ShardCount = 1) {
  const stream = await makeStream(kinesis, { ShardCount });
  const table = await makeTable(shared.client);
  await enable(table, stream.arn);
  return { table, stream, changes: new StreamedChanges(kinesis, stream) };
}

describe('a table with a Kinesis stream', () => {
  test('sends it each change, in the words of AWS', async () => {
    const { table, changes } = await streamed();
    const Key = { id: text('a') };
    await putAll(shared.client, table, { ...Key, n: number(1) }, { ...Key, n: number(1) });
    await shared.client.send(
      new UpdateItemCommand({
        TableName: table,
        Key,
        UpdateExpression: 'SET n = :n, b = :b',
        ExpressionAttributeValues: { ':n': number(2), ':b': { B: new Uint8Array([7]) } },
      }),
    );
    await shared.client.send(new DeleteItemCommand({ TableName: table, Key }));
    const found = await changes.atLeast(3);
    const common = {
      awsRegion: 'us-east-1',
      eventID: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      userIdentity: null,
      recordFormat: 'application/json',
      tableName: table,
      eventSource: 'aws:dynamodb',
    };
    const one = { ...Key, n: number(1) };
    const two = { ...Key, n: number(2), b: { B: 'Bw==' } };
    const ApproximateCreationDateTime = expect.any(Number) as number;
    expect(found).toEqual([
      {
        ...common,
        eventName: 'INSERT',
        dynamodb: { ApproximateCreationDateTime, Keys: Key, NewImage: one, SizeBytes: 9 },
      },
      {
        ...common,
        eventName: 'MODIFY',
        dynamodb: { ApproximateCreationDateTime, Keys: Key, NewImage: two, OldImage: one, SizeBytes: 17 },
      },
      {
        ...common,
        eventName: 'REMOVE',
        dynamodb: { ApproximateCreationDateTime, Keys: Key, OldImage: two, SizeBytes: 11 },
      },
    ]);
    expect(String(found[0]?.dynamodb.ApproximateCreationDateTime)).toMatch(/^\d{13}$/);
    expect([...changes.partitionKeys]).toEqual([expect.stringMatching(/^[0-9A-F]{32}$/)]);
  });

  test('says microseconds when asked to, and who deleted what has expired', async () => {
    const { table, stream, changes } = await streamed();
    expect(await update(table, stream.arn, MICROSECOND)).toMatchObject({
      TableName: table,
      StreamArn: stream.arn,
      DestinationStatus: 'UPDATING',
      UpdateKinesisStreamingConfiguration: MICROSECOND,
    });
    expect(await destinations(table)).toEqual([
      { StreamArn: stream.arn, DestinationStatus: 'ACTIVE', ...MICROSECOND },
    ]);
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'until' };
    await shared.client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
    const until = number(Math.floor(Date.now() / 1000) + 3_600);
    await putAll(shared.client, table, { id: text('a'), until });
    await changes.atLeast(1);
    await advanceClock(shared.server, 3_700_000);
    const found = await changes.atLeast(2);
    expect(found.map(({ eventName }) => eventName)).toEqual(['INSERT', 'REMOVE']);
    expect(found[1]).toMatchObject({
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      dynamodb: MICROSECOND,
    });
    expect(String(found[1]?.dynamodb.ApproximateCreationDateTime)).toMatch(/^\d{16}$/);
  });

  test('keeps the order of each item over several shards, whatever writes it, and beside its own stream', async () => {
    const { table, changes } = await streamed(2);
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' as const };
    await shared.client.send(new UpdateTableCommand({ TableName: table, StreamSpecification }));
    const ids = Array.from({ length: 10 }, (_, index) => `item-${index}`);
    const puts = (n: number) => ids.map((id) => ({ Item: { id: text(id), n: number(n) } }));
    await shared.client.send(
      new BatchWriteItemCommand({ RequestItems: { [table]: puts(0).map((PutRequest) => ({ PutRequest })) } }),
    );
    for (let n = 1; n < 6; n += 1) {
      const TransactItems = puts(n).map((Put) => ({ Put: { ...Put, TableName: table } }));
      await shared.client.send(new TransactWriteItemsCommand({ TransactItems }));
    }
    const found = await changes.atLeast(60);
    expect(found).toHaveLength(60);
    expect(changes.partitionKeys.size).toBe(ids.length);
    const chain = found.map(({ dynamodb: { Keys, OldImage, NewImage } }) => ({
      id: Keys['id']?.S ?? '',
      before: OldImage,
      after: NewImage,
    }));
    expect(brokenChains(chain, await itemsOf(shared.client, table))).toEqual([]);
  });

  test('waits for a stream that takes no more at once', async () => {
    const { table, changes } = await streamed();
    const large = text('x'.repeat(150_000));
    const ids = Array.from({ length: 16 }, (_, index) => `large-${index}`);
    await Promise.all(ids.map(async (id) => await putAll(shared.client, table, { id: text(id), large })));
    const found = firstComings(await changes.atLeast(ids.length));
    expect(new Set(found.map(({ dynamodb }) => dynamodb.Keys['id']?.S))).toEqual(new Set(ids));
  });

  test('loses nothing while the stream is not there', async () => {
    const { table, stream, changes } = await streamed();
    await putAll(shared.client, table, { id: text('a'), n: number(1) });
    await changes.atLeast(1);
    await remake(stream, async () => {
      await putAll(shared.client, table, { id: text('a'), n: number(2) }, { id: text('b') });
      expect(await destinations(table)).toMatchObject([{ DestinationStatus: 'ACTIVE' }]);
    });
    const later = new StreamedChanges(kinesis, stream);
    const found = await eventually(
      async () => {
        await advanceClock(shared.server, 60_000);
        return await later.read();
      },
      (all) => all.length >= 2,
      PATIENCE_MS,
    );
    expect(found).toMatchObject([
      { eventName: 'MODIFY', dynamodb: { NewImage: { n: number(2) } } },
      { eventName: 'INSERT', dynamodb: { Keys: { id: text('b') } } },
    ]);
  });

  test('keeps a record that is too large for the stream until it takes such, and lets others pass', async () => {
    const { table, stream, changes } = await streamed();
    // Each is six characters in JSON.
    const large = text('\u0001'.repeat(300_000));
    await putAll(shared.client, table, { id: text('large'), large }, { id: text('small') });
    const [small] = await changes.atLeast(1);
    expect(small?.dynamodb.Keys).toEqual({ id: text('small') });
    await kinesis.send(new UpdateMaxRecordSizeCommand({ StreamARN: stream.arn, MaxRecordSizeInKiB: 10_240 }));
    const found = await eventually(
      async () => {
        await advanceClock(shared.server, 60_000);
        return await changes.read();
      },
      (all) => all.length >= 2,
      PATIENCE_MS,
    );
    expect(found[1]?.dynamodb.NewImage).toEqual({ id: text('large'), large });
  });

  test('delivers what was written before it was deleted', async () => {
    const { table, changes } = await streamed();
    const ids = Array.from({ length: 20 }, (_, index) => `item-${index}`);
    await putAll(shared.client, table, ...ids.map((id) => ({ id: text(id) })));
    await shared.client.send(new DeleteTableCommand({ TableName: table }));
    expect(await changes.atLeast(20)).toHaveLength(20);
  });

  /** A stream is gone, and made again under its name. */
  async function remake({ name: StreamName }: TestStream, between: () => Promise<void>): Promise<void> {
    await kinesis.send(new DeleteStreamCommand({ StreamName }));
    await between();
    await eventually(
      async () =>
        await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 })).then(
          () => true,
          () => false,
        ),
      (isMade) => isMade,
      PATIENCE_MS,
    );
    await whenActive(kinesis, StreamName);
  }
});

describe('the states of a destination', () => {
  test('are those of AWS, one destination at a time', async () => {
    const [stream, other] = [await makeStream(kinesis), await makeStream(kinesis)];
    const table = await makeTable(shared.client, KEY_OF_ONE);
    expect(await destinations(table)).toEqual([]);
    expect(await enable(table, stream.arn)).toMatchObject({
      TableName: table,
      StreamArn: stream.arn,
      DestinationStatus: 'ENABLING',
      EnableKinesisStreamingConfiguration: {},
    });
    expect(await destinations(table)).toEqual([{ StreamArn: stream.arn, DestinationStatus: 'ACTIVE' }]);
    const enabled = {
      name: 'ValidationException',
      message: `${STATE}EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE operation.`,
    };
    for (const arn of [stream.arn, other.arn, NOWHERE])
      expect(await refusal(enable(table, arn))).toMatchObject(enabled);
    expect(await disable(table, stream.arn)).toMatchObject({
      TableName: table,
      StreamArn: stream.arn,
      DestinationStatus: 'DISABLING',
    });
    await untilStatus(table, 'DISABLED');
    await putAll(shared.client, table, { id: text('unseen') });
    await enable(table, stream.arn);
    expect(await destinations(table)).toEqual([{ StreamArn: stream.arn, DestinationStatus: 'ACTIVE' }]);
    await putAll(shared.client, table, { id: text('seen') });
    const found = await new StreamedChanges(kinesis, stream).atLeast(1);
    expect(found.map(({ dynamodb }) => dynamodb.Keys)).toEqual([{ id: text('seen') }]);
  });

  test('one that is switched off is DISABLING until the stream has taken everything', async () => {
    const { table, stream, changes } = await streamed();
    const large = text('x'.repeat(300_000));
    const ids = Array.from({ length: 6 }, (_, index) => `large-${index}`);
    // Then the stream takes a second's worth and no more.
    await withFrozenClock(shared.server, async () => {
      await putAll(shared.client, table, ...ids.map((id) => ({ id: text(id), large })));
      await disable(table, stream.arn);
      expect(await destinations(table)).toEqual([{ StreamArn: stream.arn, DestinationStatus: 'DISABLING' }]);
      expect(await disable(table, stream.arn)).toMatchObject({ DestinationStatus: 'DISABLING' });
      expect((await refusal(enable(table, stream.arn))).message).toContain(
        'must be DISABLED or ENABLE_FAILED',
      );
      expect((await refusal(update(table, stream.arn, MICROSECOND))).message).toContain(
        'not in ACTIVE state',
      );
    });
    const found = firstComings(await changes.atLeast(ids.length));
    expect(new Set(found.map(({ dynamodb }) => dynamodb.Keys['id']?.S))).toEqual(new Set(ids));
    await untilStatus(table, 'DISABLED');
  });

  test('one that is switched off while its stream is not there gives up', async () => {
    const { table, stream } = await streamed();
    await kinesis.send(new DeleteStreamCommand({ StreamName: stream.name }));
    await putAll(shared.client, table, { id: text('lost') });
    await disable(table, stream.arn);
    await untilStatus(table, 'DISABLED');
  });

  test('a stream that is not there, or of somewhere else, is no destination', async () => {
    const [table, stream] = [await makeTable(shared.client), await makeStream(kinesis)];
    const elsewhere = stream.arn.replace('us-east-1', 'eu-west-1');
    const foreign = stream.arn.replace('000000000000', '111111111111');
    for (const arn of [NOWHERE, elsewhere, foreign, NOWHERE])
      expect(await enable(table, arn)).toMatchObject({ DestinationStatus: 'ENABLING' });
    const found = await destinations(table);
    expect(found).toHaveLength(3);
    expect(new Set(found?.map(({ StreamArn }) => StreamArn))).toEqual(new Set([NOWHERE, elsewhere, foreign]));
    for (const { DestinationStatus, DestinationStatusDescription } of found ?? [])
      expect([DestinationStatus, DestinationStatusDescription]).toEqual([
        'ENABLE_FAILED',
        'User does not have a permission to use kinesis stream',
      ]);
    await enable(table, stream.arn);
    expect((await destinations(table))?.[0]).toMatchObject({ DestinationStatus: 'ACTIVE' });
  });

  test('what does not fit the state is refused, and changes nothing', async () => {
    const { table, stream } = await streamed();
    const validation = (message: string) => ({ name: 'ValidationException', message });
    const mustBeActive = validation(
      `${STATE}KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.`,
    );
    expect(await refusal(disable(table, NOWHERE))).toMatchObject(mustBeActive);
    const StreamArn = stream.arn;
    const withSettings = new DisableKinesisStreamingDestinationCommand({
      TableName: table,
      StreamArn,
      EnableKinesisStreamingConfiguration: MICROSECOND,
    });
    expect(await refusal(shared.client.send(withSettings))).toMatchObject(
      validation('Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters'),
    );
    expect(await refusal(update(table, NOWHERE, MICROSECOND))).toMatchObject(
      validation(
        `${STATE}No streaming destination with streamArn: ${NOWHERE} found for table with tableName: ${table}`,
      ),
    );
    expect(await refusal(update(table, StreamArn))).toMatchObject(
      validation(
        'Streaming destination cannot be updated with given parameters: UpdateKinesisStreamingConfiguration cannot be null or contain only null values',
      ),
    );
    const same = { ApproximateCreationDateTimePrecision: 'MILLISECOND' };
    expect((await refusal(update(table, StreamArn, same))).message).toMatch(
      /^Invalid Request: Precision is already set to the desired value of MILLISECOND for tableId: \S+, kdsArn: /,
    );
    expect(await destinations(table)).toEqual([{ StreamArn, DestinationStatus: 'ACTIVE' }]);
    await disable(table, StreamArn);
    await untilStatus(table, 'DISABLED');
    expect(await refusal(disable(table, StreamArn))).toMatchObject(mustBeActive);
    expect((await refusal(update(table, StreamArn, MICROSECOND))).message).toContain(
      `${STATE}Kinesis streaming is not in ACTIVE state.`,
    );
  });

  test('a table that is not there has none', async () => {
    const missing = {
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found: Table: no-such-table not found',
    };
    const table = 'no-such-table';
    for (const request of [
      async () => await enable(table, NOWHERE),
      async () => await disable(table, NOWHERE),
      async () => await update(table, NOWHERE, MICROSECOND),
      async () => await destinations(table),
    ])
      expect(await refusal(request())).toMatchObject(missing);
  });
});

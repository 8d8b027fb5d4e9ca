import { randomUUID } from 'node:crypto';
import {
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeleteStreamCommand,
  DescribeLimitsCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
  ListStreamsCommand,
  PutRecordCommand,
  RegisterStreamConsumerCommand,
} from '@aws-sdk/client-kinesis';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/functions.ts';
import { kinesisFor, makeStream, putTexts, readFrom, whenActive } from '../../support/streams.ts';
import { refusal, useKinesis } from './kinesis-fixtures.ts';

const shared = useKinesis();

describe('CreateStream', () => {
  test('makes a stream whose shards divide the hash keys evenly', async () => {
    const { kinesis } = shared;
    const { name, arn } = await makeStream(kinesis, { ShardCount: 2, Tags: { team: 'a' } });
    const { StreamDescription } = await kinesis.send(new DescribeStreamCommand({ StreamARN: arn }));
    expect(StreamDescription).toMatchObject({
      StreamName: name,
      StreamARN: `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`,
      StreamStatus: 'ACTIVE',
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      HasMoreShards: false,
      RetentionPeriodHours: 24,
      EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
      EncryptionType: 'NONE',
      Shards: [
        {
          ShardId: 'shardId-000000000000',
          HashKeyRange: { StartingHashKey: '0', EndingHashKey: '170141183460469231731687303715884105727' },
          SequenceNumberRange: { StartingSequenceNumber: expect.stringMatching(/^\d{56}$/) as string },
        },
        {
          ShardId: 'shardId-000000000001',
          HashKeyRange: {
            StartingHashKey: '170141183460469231731687303715884105728',
            EndingHashKey: '340282366920938463463374607431768211455',
          },
        },
      ],
    });
    const { StreamDescriptionSummary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: name }),
    );
    expect(StreamDescriptionSummary).toMatchObject({
      StreamName: name,
      StreamStatus: 'ACTIVE',
      OpenShardCount: 2,
      ConsumerCount: 0,
      MaxRecordSizeInKiB: 1024,
    });
    expect(StreamDescriptionSummary).not.toHaveProperty('RecordDistributionStrategy');
  });

  test('makes on-demand streams with shards of their own choice', async () => {
    const { kinesis } = shared;
    const StreamModeDetails = { StreamMode: 'ON_DEMAND' } as const;
    const { name } = await makeStream(kinesis, { StreamModeDetails, RecordDistributionStrategy: 'AUTO' });
    const { StreamDescriptionSummary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: name }),
    );
    expect(StreamDescriptionSummary).toMatchObject({
      OpenShardCount: 4,
      StreamModeDetails,
      RecordDistributionStrategy: 'AUTO',
    });
    const texts = Array.from({ length: 8 }, () => 'the same');
    const put = await putTexts(kinesis, { name, arn: '' }, texts);
    expect(new Set(put.Records?.map(({ ShardId }) => ShardId)).size).toBe(4);
  });

  test('refuses what AWS refuses, and makes nothing', async () => {
    const { kinesis } = shared;
    const { name } = await makeStream(kinesis);
    const ask = async (input: object) =>
      await refusal(
        kinesis.send(new CreateStreamCommand({ StreamName: `refused-${randomUUID()}`, ...input })),
      );
    expect(await ask({ StreamName: name, ShardCount: 1 })).toEqual({
      code: 'ResourceInUseException',
      message: `Stream ${name} under account 000000000000 already exists.`,
    });
    const ON_DEMAND = { StreamModeDetails: { StreamMode: 'ON_DEMAND' } };
    const cases: [object, string][] = [
      [{}, 'ValidationException'],
      [{ ShardCount: 0 }, 'ValidationException'],
      [{ ShardCount: 1, StreamName: 'no/slash' }, 'ValidationException'],
      [{ ShardCount: 1, MaxRecordSizeInKiB: 10_241 }, 'ValidationException'],
      [{ ShardCount: 20_001 }, 'LimitExceededException'],
      [{ ShardCount: 2, ...ON_DEMAND }, 'ValidationException'],
      [{ ...ON_DEMAND, WarmThroughputMiBps: 10 }, 'InvalidArgumentException'],
      [{ ShardCount: 1, RecordDistributionStrategy: 'AUTO' }, 'InvalidArgumentException'],
      [{ ShardCount: 1, Tags: { 'aws:x': 'y' } }, 'InvalidArgumentException'],
      [{ ShardCount: 1, Tags: { 'a*b': 'y' } }, 'InvalidArgumentException'],
    ];
    for (const [input, code] of cases)
      expect(await ask(input), JSON.stringify(input)).toMatchObject({ code });
    const { StreamNames = [] } = await kinesis.send(new ListStreamsCommand({}));
    expect(StreamNames.filter((one) => one.startsWith('refused-'))).toEqual([]);
  });
});

describe('DeleteStream', () => {
  test('removes the stream with its records; another can have its name', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    await putTexts(kinesis, stream, ['gone']);
    await kinesis.send(new DeleteStreamCommand({ StreamName: stream.name }));
    const NOT_FOUND = {
      code: 'ResourceNotFoundException',
      message: `Stream ${stream.name} under account 000000000000 not found.`,
    };
    const put = new PutRecordCommand({ StreamName: stream.name, PartitionKey: 'k', Data: Buffer.from('x') });
    expect(await refusal(kinesis.send(put))).toEqual(NOT_FOUND);
    const described = await eventually(
      async () =>
        await kinesis.send(new DescribeStreamCommand({ StreamName: stream.name })).then(
          ({ StreamDescription }) => StreamDescription?.StreamStatus,
          (error: Error) => error.message,
        ),
      (answer) => answer !== 'DELETING',
      30_000,
    );
    expect(described).toBe(NOT_FOUND.message);
    await kinesis.send(new CreateStreamCommand({ StreamName: stream.name, ShardCount: 1 }));
    await whenActive(kinesis, stream.name);
    expect(await readFrom(kinesis, stream)).toEqual([]);
  });

  test('wants to be told when there are consumers', async () => {
    const { kinesis } = shared;
    const { name: StreamName, arn: StreamARN } = await makeStream(kinesis);
    await kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'reader' }));
    expect(await refusal(kinesis.send(new DeleteStreamCommand({ StreamName })))).toMatchObject({
      code: 'ResourceInUseException',
    });
    await kinesis.send(new DeleteStreamCommand({ StreamName, EnforceConsumerDeletion: true }));
    expect(
      await refusal(kinesis.send(new DeleteStreamCommand({ StreamName: `${StreamName}x` }))),
    ).toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});

describe('ListStreams', () => {
  test("lists an account's streams of the Region by name, page by page", async () => {
    const kinesis = kinesisFor(shared.server, '111122223333');
    const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => `list-${letter}`);
    for (const StreamName of names)
      await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    const first = await kinesis.send(new ListStreamsCommand({ Limit: 2 }));
    expect(first).toMatchObject({ StreamNames: names.slice(0, 2), HasMoreStreams: true });
    const { NextToken } = first;
    const second = await kinesis.send(new ListStreamsCommand({ NextToken, Limit: 3 }));
    expect(second).toMatchObject({ StreamNames: names.slice(2), HasMoreStreams: false });
    expect(second.StreamSummaries?.[0]).toMatchObject({
      StreamName: 'list-c',
      StreamARN: 'arn:aws:kinesis:us-east-1:111122223333:stream/list-c',
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
    });
    const after = await kinesis.send(new ListStreamsCommand({ ExclusiveStartStreamName: 'list-d' }));
    expect(after.StreamNames).toEqual(['list-e']);
    expect(await refusal(kinesis.send(new ListStreamsCommand({ NextToken: 'x' })))).toMatchObject({
      code: 'InvalidArgumentException',
    });
    expect(await kinesis.send(new DescribeLimitsCommand({}))).toMatchObject({
      ShardLimit: 20_000,
      OpenShardCount: 5,
      OnDemandStreamCount: 0,
      OnDemandStreamCountLimit: 50,
    });
    kinesis.destroy();
  });
});

describe('the retention period', () => {
  test('goes from a day to a year, each way by its own operation', async () => {
    const { kinesis } = shared;
    const { name: StreamName } = await makeStream(kinesis);
    const increase = async (RetentionPeriodHours: number) =>
      await kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours }));
    const decrease = async (RetentionPeriodHours: number) =>
      await kinesis.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours }));
    await increase(8_760);
    expect((await whenActive(kinesis, StreamName)).RetentionPeriodHours).toBe(8_760);
    await decrease(72);
    await whenActive(kinesis, StreamName);
    const code = 'InvalidArgumentException';
    expect(await refusal(increase(9_000))).toEqual({
      code,
      message:
        'Maximum allowed retention period is 8760 hours. Requested retention period (9000 hours) is too long.',
    });
    expect(await refusal(decrease(3))).toEqual({
      code,
      message:
        'Minimum allowed retention period is 24 hours. Requested retention period (3 hours) is too short.',
    });
    expect(await refusal(increase(25))).toEqual({
      code,
      message: `Requested retention period (25 hours) for stream ${StreamName} can not be shorter than existing retention period (72 hours). Use DecreaseRetentionPeriod API.`,
    });
    expect(await refusal(decrease(80))).toMatchObject({ code });
    expect((await whenActive(kinesis, StreamName)).RetentionPeriodHours).toBe(72);
  });
});

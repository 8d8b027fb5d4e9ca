import {
  AddTagsToStreamCommand,
  CreateChannelCommand,
  DeleteResourcePolicyCommand,
  DescribeAccountSettingsCommand,
  DescribeChannelCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  DisableEnhancedMonitoringCommand,
  EnableEnhancedMonitoringCommand,
  GetResourcePolicyCommand,
  type KinesisClient,
  ListChannelsCommand,
  ListTagsForResourceCommand,
  ListTagsForStreamCommand,
  PutRecordCommand,
  PutResourcePolicyCommand,
  RegisterStreamConsumerCommand,
  RemoveTagsFromStreamCommand,
  StartStreamEncryptionCommand,
  StopStreamEncryptionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAccountSettingsCommand,
  UpdateStreamRecordDistributionStrategyCommand,
  UpdateStreamWarmThroughputCommand,
} from '@aws-sdk/client-kinesis';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/functions.ts';
import { kinesisFor, makeStream, whenActive } from '../../support/streams.ts';
import { refusal, useKinesis } from './kinesis-fixtures.ts';

const shared = useKinesis();
const OTHER = '444455556666';

async function tagsOf(kinesis: KinesisClient, ResourceARN: string) {
  const { Tags = [] } = await kinesis.send(new ListTagsForResourceCommand({ ResourceARN }));
  return Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
}

describe('tags', () => {
  test('of a stream are the same by both families of operations', async () => {
    const { kinesis } = shared;
    const { name: StreamName, arn: ResourceARN } = await makeStream(kinesis, {
      ShardCount: 1,
      Tags: { a: '1' },
    });
    await kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags: { b: '2', c: '' } }));
    await kinesis.send(new TagResourceCommand({ ResourceARN, Tags: { a: 'new', d: '4' } }));
    expect(await tagsOf(kinesis, ResourceARN)).toEqual({ a: 'new', b: '2', c: '', d: '4' });
    await kinesis.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys: ['a', 'none'] }));
    await kinesis.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['d'] }));
    const page = await kinesis.send(new ListTagsForStreamCommand({ StreamName, Limit: 1 }));
    expect(page).toMatchObject({ Tags: [{ Key: 'b', Value: '2' }], HasMoreTags: true });
    const rest = await kinesis.send(new ListTagsForStreamCommand({ StreamName, ExclusiveStartTagKey: 'b' }));
    expect(rest).toMatchObject({ Tags: [{ Key: 'c', Value: '' }], HasMoreTags: false });
  });

  test('of a consumer are its own; fifty are the most', async () => {
    const { kinesis } = shared;
    const { arn: StreamARN } = await makeStream(kinesis);
    const { Consumer } = await kinesis.send(
      new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'tagged', Tags: { x: 'y' } }),
    );
    const ResourceARN = Consumer?.ConsumerARN ?? '';
    await eventually(
      async () =>
        await kinesis.send(new TagResourceCommand({ ResourceARN, Tags: { z: '1' } })).then(
          () => true,
          () => false,
        ),
      (isDone) => isDone,
      30_000,
    );
    expect(await tagsOf(kinesis, ResourceARN)).toEqual({ x: 'y', z: '1' });
    expect(await tagsOf(kinesis, StreamARN)).toEqual({});
    const many = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`k${index}`, 'v']));
    const tooMany = new TagResourceCommand({ ResourceARN, Tags: many });
    expect(await refusal(kinesis.send(tooMany))).toMatchObject({ code: 'InvalidArgumentException' });
    expect(Object.keys(await tagsOf(kinesis, ResourceARN))).toHaveLength(2);
  });
});

describe('resource policies', () => {
  test('let other accounts in by ARN, for what they name', async () => {
    const { kinesis, server } = shared;
    const { arn: StreamARN } = await makeStream(kinesis);
    const stranger = kinesisFor(server, OTHER);
    const put = async () =>
      await stranger.send(new PutRecordCommand({ StreamARN, PartitionKey: 'k', Data: Buffer.from('x') }));
    expect(await refusal(put())).toEqual({
      code: 'AccessDeniedException',
      message: `User: arn:aws:iam::${OTHER}:root is not authorized to perform: kinesis:PutRecord on resource: ${StreamARN} because no resource-based policy allows the kinesis:PutRecord action`,
    });
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: OTHER },
          Action: ['kinesis:PutRecord', 'kinesis:DescribeStream'],
          Resource: StreamARN,
        },
      ],
    });
    await kinesis.send(new PutResourcePolicyCommand({ ResourceARN: StreamARN, Policy }));
    expect((await put()).ShardId).toBe('shardId-000000000000');
    expect((await kinesis.send(new GetResourcePolicyCommand({ ResourceARN: StreamARN }))).Policy).toBe(
      Policy,
    );
    // No policy of a stream grants that.
    const described = new DescribeStreamCommand({ StreamARN });
    expect(await refusal(stranger.send(described))).toMatchObject({ code: 'AccessDeniedException' });
    await kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: StreamARN }));
    expect(await refusal(put())).toMatchObject({ code: 'AccessDeniedException' });
    const again = new DeleteResourcePolicyCommand({ ResourceARN: StreamARN });
    expect(await refusal(kinesis.send(again))).toMatchObject({ code: 'ResourceNotFoundException' });
    const bad = new PutResourcePolicyCommand({ ResourceARN: StreamARN, Policy: '{"Statement":1}' });
    expect(await refusal(kinesis.send(bad))).toMatchObject({ code: 'InvalidArgumentException' });
    const denial = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Deny',
        Principal: '*',
        Action: 'kinesis:PutRecord',
        Resource: StreamARN,
        Condition: { StringEquals: { 'aws:ResourceTag/secret': 'yes' } },
      },
    };
    const idle = new PutResourcePolicyCommand({ ResourceARN: StreamARN, Policy: JSON.stringify(denial) });
    expect(await refusal(kinesis.send(idle))).toEqual({
      code: 'InvalidArgumentException',
      message: 'Lambent does not implement the condition key aws:ResourceTag/secret yet.',
    });
    stranger.destroy();
  });
});

describe('what is not there is refused, or is none', () => {
  test('encryption, shard-level metrics, warm throughput, commitments and channels', async () => {
    const { kinesis } = shared;
    const { name: StreamName, arn: StreamARN } = await makeStream(kinesis);
    const key = { StreamName, EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' } as const;
    expect(await refusal(kinesis.send(new StartStreamEncryptionCommand(key)))).toMatchObject({
      code: 'KMSNotFoundException',
    });
    await kinesis.send(new StopStreamEncryptionCommand(key));
    expect((await whenActive(kinesis, StreamName)).EncryptionType).toBe('NONE');
    const metrics = { StreamName, ShardLevelMetrics: ['ALL' as const] };
    const code = 'InvalidArgumentException';
    expect(await refusal(kinesis.send(new EnableEnhancedMonitoringCommand(metrics)))).toMatchObject({ code });
    expect(await kinesis.send(new DisableEnhancedMonitoringCommand(metrics))).toMatchObject({
      CurrentShardLevelMetrics: [],
      DesiredShardLevelMetrics: [],
    });
    const warm = new UpdateStreamWarmThroughputCommand({ StreamARN, WarmThroughputMiBps: 10 });
    expect(await refusal(kinesis.send(warm))).toMatchObject({ code });
    expect(await kinesis.send(new DescribeAccountSettingsCommand({}))).toMatchObject({
      MinimumThroughputBillingCommitment: { Status: 'DISABLED' },
    });
    const commitment = { MinimumThroughputBillingCommitment: { Status: 'ENABLED' as const } };
    expect(await refusal(kinesis.send(new UpdateAccountSettingsCommand(commitment)))).toMatchObject({ code });
    expect((await kinesis.send(new ListChannelsCommand({}))).ChannelSummaries).toEqual([]);
    const ChannelARN = 'arn:aws:kinesis:us-east-1:000000000000:channel/none';
    expect(await refusal(kinesis.send(new DescribeChannelCommand({ ChannelARN })))).toMatchObject({
      code: 'ResourceNotFoundException',
    });
    const channel = {
      ChannelName: 'none',
      ServiceExecutionRoleARN: 'arn:aws:iam::000000000000:role/r',
      StreamConfigurationList: [],
    };
    expect(await refusal(kinesis.send(new CreateChannelCommand(channel)))).toMatchObject({ code });
  });

  test('the strategy of distribution, for streams that are not on-demand', async () => {
    const { kinesis } = shared;
    const ON_DEMAND = { StreamModeDetails: { StreamMode: 'ON_DEMAND' } } as const;
    const { name: StreamName, arn: StreamARN } = await makeStream(kinesis, ON_DEMAND);
    const RecordDistributionStrategy = 'AUTO';
    await kinesis.send(
      new UpdateStreamRecordDistributionStrategyCommand({ StreamARN, RecordDistributionStrategy }),
    );
    await whenActive(kinesis, StreamName);
    const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
    expect(StreamDescriptionSummary).toMatchObject({ RecordDistributionStrategy });
    const provisioned = await makeStream(kinesis);
    const refused = new UpdateStreamRecordDistributionStrategyCommand({
      StreamARN: provisioned.arn,
      RecordDistributionStrategy,
    });
    expect(await refusal(kinesis.send(refused))).toMatchObject({ code: 'InvalidArgumentException' });
  });
});

import type { ServiceDefinition } from '../../aws/service.ts';
import { deregisterStreamConsumer } from './consumers/deregister-stream-consumer.ts';
import { describeStreamConsumer } from './consumers/describe-stream-consumer.ts';
import { listStreamConsumers } from './consumers/list-stream-consumers.ts';
import { registerStreamConsumer } from './consumers/register-stream-consumer.ts';
import { subscribeToShard } from './consumers/subscribe-to-shard.ts';
import type { KinesisDependencies } from './kinesis-dependencies.ts';
import { kinesisActions } from './permissions/kinesis-actions.ts';
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from './permissions/resource-policy.ts';
import { getRecords } from './records/get-records.ts';
import { getShardIterator } from './records/get-shard-iterator.ts';
import { putRecord } from './records/put-record.ts';
import { putRecords } from './records/put-records.ts';
import { describeAccountSettings, updateAccountSettings } from './settings/account-settings.ts';
import { absentChannel, createChannel, listChannels } from './settings/channels.ts';
import { startStreamEncryption, stopStreamEncryption } from './settings/encryption.ts';
import { disableEnhancedMonitoring, enableEnhancedMonitoring } from './settings/enhanced-monitoring.ts';
import {
  updateMaxRecordSize,
  updateStreamRecordDistributionStrategy,
  updateStreamWarmThroughput,
} from './settings/record-settings.ts';
import { listTagsForResource, tagResource, untagResource } from './settings/resource-tags.ts';
import { decreaseStreamRetentionPeriod, increaseStreamRetentionPeriod } from './settings/retention-period.ts';
import { updateStreamMode } from './settings/stream-mode.ts';
import { addTagsToStream, listTagsForStream, removeTagsFromStream } from './settings/stream-tags.ts';
import { listShards } from './shards/list-shards.ts';
import { mergeShards } from './shards/merge-shards.ts';
import { splitShard } from './shards/split-shard.ts';
import { updateShardCount } from './shards/update-shard-count.ts';
import { createStream } from './streams/create-stream.ts';
import { deleteStream } from './streams/delete-stream.ts';
import { describeStream } from './streams/describe-stream.ts';
import { describeStreamSummary } from './streams/describe-stream-summary.ts';
import { describeLimits } from './streams/limits.ts';
import { listStreams } from './streams/list-streams.ts';

/** Kinesis Data Streams. */
export function createKinesisService(deps: KinesisDependencies): ServiceDefinition {
  return {
    model: 'kinesis',
    access: { actions: kinesisActions },
    operations: {
      AddTagsToStream: addTagsToStream(deps),
      CreateChannel: createChannel(),
      CreateStream: createStream(deps),
      DecreaseStreamRetentionPeriod: decreaseStreamRetentionPeriod(deps),
      DeleteChannel: absentChannel(),
      DeleteResourcePolicy: deleteResourcePolicy(deps),
      DeleteStream: deleteStream(deps),
      DeregisterStreamConsumer: deregisterStreamConsumer(deps),
      DescribeAccountSettings: describeAccountSettings(),
      DescribeChannel: absentChannel(),
      DescribeLimits: describeLimits(deps),
      DescribeStream: describeStream(deps),
      DescribeStreamConsumer: describeStreamConsumer(deps),
      DescribeStreamSummary: describeStreamSummary(deps),
      DisableEnhancedMonitoring: disableEnhancedMonitoring(deps),
      EnableEnhancedMonitoring: enableEnhancedMonitoring(deps),
      GetRecords: getRecords(deps),
      GetResourcePolicy: getResourcePolicy(deps),
      GetShardIterator: getShardIterator(deps),
      IncreaseStreamRetentionPeriod: increaseStreamRetentionPeriod(deps),
      ListChannels: listChannels(),
      ListShards: listShards(deps),
      ListStreamConsumers: listStreamConsumers(deps),
      ListStreams: listStreams(deps),
      ListTagsForResource: listTagsForResource(deps),
      ListTagsForStream: listTagsForStream(deps),
      MergeShards: mergeShards(deps),
      PutRecord: putRecord(deps),
      PutRecords: putRecords(deps),
      PutResourcePolicy: putResourcePolicy(deps),
      RegisterStreamConsumer: registerStreamConsumer(deps),
      RemoveTagsFromStream: removeTagsFromStream(deps),
      SplitShard: splitShard(deps),
      StartStreamEncryption: startStreamEncryption(deps),
      StopStreamEncryption: stopStreamEncryption(deps),
      SubscribeToShard: subscribeToShard(deps),
      TagResource: tagResource(deps),
      UntagResource: untagResource(deps),
      UpdateAccountSettings: updateAccountSettings(),
      UpdateChannel: absentChannel(),
      UpdateMaxRecordSize: updateMaxRecordSize(deps),
      UpdateShardCount: updateShardCount(deps),
      UpdateStreamMode: updateStreamMode(deps),
      UpdateStreamRecordDistributionStrategy: updateStreamRecordDistributionStrategy(deps),
      UpdateStreamWarmThroughput: updateStreamWarmThroughput(deps),
    },
  };
}

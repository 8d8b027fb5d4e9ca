import type { DescribeStreamInput, DescribeStreamOutput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { invalidArgument } from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';
import { parseShardId, shownShard } from '../shards/stored-shard.ts';
import { readableShards } from './stored-stream.ts';

const MOST_SHARDS = 100;

export function describeStream(
  deps: KinesisDependencies,
): OperationHandler<DescribeStreamInput, DescribeStreamOutput> {
  return async (input, context) => {
    const stream = await admit(deps, input, context, 'DescribeStream');
    const after = input.ExclusiveStartShardId;
    const afterNumber = after === undefined ? -1 : parseShardId(after);
    if (afterNumber === undefined) throw invalidArgument(`Invalid ExclusiveStartShardId: ${after}`);
    const isMade = stream.status !== 'CREATING';
    const rest = isMade
      ? readableShards(stream, deps.clock.now()).filter(({ number }) => number > afterNumber)
      : [];
    const page = rest.slice(0, Math.min(input.Limit ?? MOST_SHARDS, MOST_SHARDS));
    return {
      StreamDescription: {
        StreamName: stream.name,
        StreamARN: stream.arn,
        StreamStatus: stream.status,
        StreamModeDetails: { StreamMode: stream.definition.mode },
        Shards: page.map(shownShard),
        HasMoreShards: page.length < rest.length,
        RetentionPeriodHours: stream.definition.retentionHours,
        StreamCreationTimestamp: new Date(stream.createdAtMs),
        EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
        EncryptionType: 'NONE',
      },
    };
  };
}

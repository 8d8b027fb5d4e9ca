import type { DescribeStreamSummaryInput, DescribeStreamSummaryOutput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { admit } from '../permissions/stream-access.ts';

export function describeStreamSummary(
  deps: KinesisDependencies,
): OperationHandler<DescribeStreamSummaryInput, DescribeStreamSummaryOutput> {
  return async (input, context) => {
    const stream = await admit(deps, input, context, 'DescribeStreamSummary');
    const { mode, distribution, retentionHours, maxRecordKiB } = stream.definition;
    return {
      StreamDescriptionSummary: {
        StreamName: stream.name,
        StreamARN: stream.arn,
        StreamStatus: stream.status,
        StreamModeDetails: { StreamMode: mode },
        RetentionPeriodHours: retentionHours,
        StreamCreationTimestamp: new Date(stream.createdAtMs),
        EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
        EncryptionType: 'NONE',
        OpenShardCount: stream.status === 'CREATING' ? 0 : stream.open.length,
        ConsumerCount: stream.consumers.length,
        MaxRecordSizeInKiB: maxRecordKiB,
        ChannelCount: 0,
        ...(mode === 'ON_DEMAND' && { RecordDistributionStrategy: distribution }),
      },
    };
  };
}

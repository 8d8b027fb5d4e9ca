import type {
  UpdateMaxRecordSizeInput,
  UpdateStreamRecordDistributionStrategyInput,
  UpdateStreamWarmThroughputInput,
  UpdateStreamWarmThroughputOutput,
} from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { invalidArgument } from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';
import { checkDistribution, refuseWarmThroughput } from '../streams/create-stream.ts';
import { updateStream } from '../streams/stream-rows.ts';

export function updateMaxRecordSize(
  deps: KinesisDependencies,
): OperationHandler<UpdateMaxRecordSizeInput, undefined> {
  return async (input, context) => {
    const stream = await admit(deps, input, context, 'UpdateMaxRecordSize');
    const { MaxRecordSizeInKiB: maxRecordKiB } = input;
    if (maxRecordKiB === undefined) throw invalidArgument('MaxRecordSizeInKiB is required.');
    await updateStream(deps.store, stream, () => ({ definition: { maxRecordKiB } }));
    return undefined;
  };
}

/** Records that come from now on go by it. */
export function updateStreamRecordDistributionStrategy(
  deps: KinesisDependencies,
): OperationHandler<UpdateStreamRecordDistributionStrategyInput, undefined> {
  return async (input, context) => {
    const stream = await admit(deps, input, context, 'UpdateStreamRecordDistributionStrategy');
    const strategy = input.RecordDistributionStrategy ?? '';
    await updateStream(deps.store, stream, ({ definition }) => {
      if (definition.mode !== 'ON_DEMAND')
        throw invalidArgument(
          'The record distribution strategy is only supported for streams in ON_DEMAND mode.',
        );
      checkDistribution(strategy, definition.mode);
      return { definition: { distribution: strategy === 'AUTO' ? 'AUTO' : 'USER_PARTITION_KEY' } };
    });
    return undefined;
  };
}

/** Refused as AWS refuses it to accounts without the billing commitment that it is part of. */
export function updateStreamWarmThroughput(
  deps: KinesisDependencies,
): OperationHandler<UpdateStreamWarmThroughputInput, UpdateStreamWarmThroughputOutput> {
  return async (input, context) => {
    await admit(deps, input, context, 'UpdateStreamWarmThroughput');
    refuseWarmThroughput(input.WarmThroughputMiBps ?? 0);
    return {};
  };
}

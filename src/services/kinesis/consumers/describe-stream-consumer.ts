import type { DescribeStreamConsumerInput, DescribeStreamConsumerOutput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { findConsumer, shownConsumer } from './named-consumer.ts';

export function describeStreamConsumer(
  deps: KinesisDependencies,
): OperationHandler<DescribeStreamConsumerInput, DescribeStreamConsumerOutput> {
  return async (input, context) => {
    const { stream, consumer } = await findConsumer(deps, input, context, 'DescribeStreamConsumer');
    return { ConsumerDescription: { ...shownConsumer(consumer), StreamARN: stream.arn } };
  };
}

import type { StreamConsumer } from './stream-ports.ts';

/** Reads each stream by the service its ARN names; every other stream is not there. */
export function streamConsumers(
  byService: Readonly<Record<string, StreamConsumer>>,
  otherwise: StreamConsumer,
): StreamConsumer {
  const consumerOf = (arn: string): StreamConsumer => byService[arn.split(':')[2] ?? ''] ?? otherwise;
  return {
    describe: async (arn) => await consumerOf(arn).describe(arn),
    read: async (arn, shardId, position, limits) =>
      await consumerOf(arn).read(arn, shardId, position, limits),
    waitForMore: async (arn, shardId, after, signal) =>
      await consumerOf(arn).waitForMore(arn, shardId, after, signal),
  };
}

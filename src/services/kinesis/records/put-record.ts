import type { PutRecordInput, PutRecordOutput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { dryRun, invalidArgument, streamNotFound, throughputExceeded } from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';
import { parseSequenceNumber } from '../shards/sequence-number.ts';
import type { StoredStream } from '../streams/stored-stream.ts';
import { draftRecord } from './record-draft.ts';
import { takesRecords } from './record-writer.ts';

export function putRecord(deps: KinesisDependencies): OperationHandler<PutRecordInput, PutRecordOutput> {
  return async (input, context) => {
    const stream = await admit(deps, input, context, 'PutRecord');
    if (!takesRecords(stream)) throw streamNotFound(stream);
    await checkOrdering(deps, stream, input.SequenceNumberForOrdering);
    const draft = draftRecord(stream, input);
    if (input.DryRun === true) throw dryRun();
    const [written] = await deps.writer.write(stream, [draft]);
    if (written === undefined || 'throttled' in written)
      throw throughputExceeded(written?.throttled ?? 'Rate exceeded');
    const { shardId: ShardId, sequenceNumber: SequenceNumber } = written;
    return { ShardId, SequenceNumber, EncryptionType: 'NONE' };
  };
}

/**
 * Numbers of a shard grow by themselves, and its children's are higher. What the caller wants to come after must have
 * been given out, though. @throws InvalidArgumentException
 */
async function checkOrdering(
  { reader }: KinesisDependencies,
  stream: StoredStream,
  after: string | undefined,
): Promise<void> {
  if (after === undefined) return;
  const sequence = parseSequenceNumber(after);
  const shard = stream.shards.find(
    ({ number, epoch }) => number === sequence?.shard && epoch === sequence.epoch,
  );
  const last = shard && (await reader.lastPlace({ streamId: stream.id, shard: shard.number }));
  if (sequence !== undefined && last !== undefined && sequence.place <= last) return;
  throw invalidArgument(
    `ExclusiveMinimumSequenceNumber ${after} used in PutRecord on stream ${stream.name} under account ${stream.accountId} is invalid.`,
  );
}

import type { PutRecordsInput, PutRecordsOutput, PutRecordsResultEntry } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { dryRun, invalidArgument, streamNotFound } from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';
import { recordBytes } from './record-chunk.ts';
import { draftRecord } from './record-draft.ts';
import { takesRecords, type Written } from './record-writer.ts';

/** Of one request, partition keys included. */
const MOST_BYTES = 10_485_760;

/** Records that exceed their shard's limits fail; the others are written. */
export function putRecords(deps: KinesisDependencies): OperationHandler<PutRecordsInput, PutRecordsOutput> {
  return async (input, context) => {
    const stream = await admit(deps, input, context, 'PutRecords');
    if (!takesRecords(stream)) throw streamNotFound(stream);
    const drafts = (input.Records ?? []).map((record) => draftRecord(stream, record));
    const bytes = drafts.reduce((sum, draft) => sum + recordBytes(draft), 0);
    if (bytes > MOST_BYTES) throw invalidArgument('Records size exceeds 10 MB limit');
    if (input.DryRun === true) throw dryRun();
    const written = await deps.writer.write(stream, drafts);
    return {
      FailedRecordCount: written.filter((one) => 'throttled' in one).length,
      Records: written.map(shown),
      EncryptionType: 'NONE',
    };
  };
}

function shown(written: Written): PutRecordsResultEntry {
  if ('throttled' in written)
    return { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: written.throttled };
  return { SequenceNumber: written.sequenceNumber, ShardId: written.shardId };
}

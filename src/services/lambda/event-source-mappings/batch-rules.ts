import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { EventSourceKind } from '../../../model/stored-event-source-mapping.ts';
import { type MappingRequest, QUEUES } from './event-source.ts';
import { tooSmall } from './parameter-errors.ts';

/** Most messages in a batch of a queue that is not gathered over time. */
const UNGATHERED_BATCH_LIMIT = 10;
const SHORTEST_RECORD_AGE_SECONDS = 60;

/** Batch size, window and record age, as far as the model's table does not check them. */
export function checkBatching(kind: EventSourceKind, request: MappingRequest): void {
  const windowSeconds = request.MaximumBatchingWindowInSeconds ?? 0;
  const batchSize = request.BatchSize ?? 0;
  if (QUEUES.includes(kind) && batchSize > UNGATHERED_BATCH_LIMIT && windowSeconds === 0) {
    throw invalidParameterValue(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    );
  }
  if (kind === 'sqs-fifo' && windowSeconds > 0) {
    throw invalidParameterValue('Batching window is not supported for FIFO queues');
  }
  const age = request.MaximumRecordAgeInSeconds;
  if (age !== undefined && age !== -1 && age < SHORTEST_RECORD_AGE_SECONDS) {
    throw tooSmall('maximumRecordAgeInSeconds', age, SHORTEST_RECORD_AGE_SECONDS);
  }
}

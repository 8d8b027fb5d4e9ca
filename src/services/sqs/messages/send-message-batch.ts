import type {
  BatchResultErrorEntry,
  SendMessageBatchRequest,
  SendMessageBatchRequestEntry,
  SendMessageBatchResult,
  SendMessageBatchResultEntry,
} from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { admit } from '../permissions/queue-access.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { invalidParameterValue } from '../sqs-errors.ts';
import { batchResult, checkEntries, failedEntry } from './batch-entries.ts';
import { draftMessage, messageBytes } from './message-draft.ts';
import type { MessageDraft } from './message-rows.ts';
import { senderOf, sentMessage } from './send-message.ts';

const TYPE = 'SendMessageBatchRequestEntry';
const LIMIT_BYTES = 1_048_576;

export function sendMessageBatch(
  deps: SqsDependencies,
): OperationHandler<SendMessageBatchRequest, SendMessageBatchResult> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'SendMessage');
    const groups = input.Entries?.map(({ MessageGroupId }) => MessageGroupId);
    deps.throughput.take(queue, 'SendMessage', groups);
    const entries = checkEntries(input.Entries, TYPE);
    checkSize(entries);
    checkFifo(queue, entries);
    const drafts: { id: string; draft: MessageDraft }[] = [];
    const sender = senderOf(context);
    const failed: BatchResultErrorEntry[] = [];
    for (const entry of entries) {
      const id = entry.Id ?? '';
      try {
        drafts.push({ id, draft: draftMessage(queue, entry, sender, deps.clock.now()) });
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        failed.push(failedEntry(id, error));
      }
    }
    const accepted =
      drafts.length === 0
        ? []
        : await deps.messages.send(
            queue,
            drafts.map(({ draft }) => draft),
          );
    const successful = drafts.map(
      ({ id, draft }, index) =>
        ({ Id: id, ...sentMessage(draft, accepted[index]) }) as SendMessageBatchResultEntry,
    );
    return batchResult(successful, failed);
  };
}

function checkSize(entries: readonly SendMessageBatchRequestEntry[]): void {
  const bytes = entries.reduce((sum, entry) => sum + messageBytes(entry), 0);
  if (bytes <= LIMIT_BYTES) return;
  throw new ServiceError(
    'BatchRequestTooLong',
    `Batch requests cannot be longer than ${LIMIT_BYTES} bytes. You have sent ${bytes} bytes.`,
  );
}

/** Of these AWS makes an error of the whole batch. */
function checkFifo(queue: StoredQueue, entries: readonly SendMessageBatchRequestEntry[]): void {
  if (!queue.isFifo) return;
  const isContentBased = queue.attributes['ContentBasedDeduplication'] === 'true';
  for (const { MessageGroupId: group, MessageDeduplicationId: id } of entries) {
    if (group === undefined || group === '')
      throw invalidParameterValue('The request must contain the parameter MessageGroupId.');
    if (!isContentBased && (id === undefined || id === '')) {
      throw invalidParameterValue(
        'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
      );
    }
  }
}

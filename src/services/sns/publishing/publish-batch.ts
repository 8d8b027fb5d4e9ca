import type {
  BatchResultErrorEntry,
  PublishBatchInput,
  PublishBatchRequestEntry,
  PublishBatchResponse,
  PublishBatchResultEntry,
} from '@aws-sdk/client-sns';
import type { OperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { admit } from '../permissions/topic-access.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import type { StoredTopic } from '../topics/stored-topic.ts';
import { draftOf, MESSAGE_LIMIT, type MessageDraft } from './message-draft.ts';
import { publishMessage } from './topic-messages.ts';

const MOST_ENTRIES = 10;
const ID = /^[A-Za-z0-9_-]{1,80}$/;

/** Publishes up to ten messages, in order; each for itself is published or refused. */
export function publishBatch(
  deps: SnsDependencies,
): OperationHandler<PublishBatchInput, PublishBatchResponse> {
  return async (input, context) => {
    const topic = admit(deps, input.TopicArn, context, 'Publish');
    const entries = input.PublishBatchRequestEntries ?? [];
    checkEntries(entries);
    const traceHeader = context.header('x-amzn-trace-id');
    const drafts = entries.map((entry) => ({ entry, draft: draftOrProblem(entry, topic, traceHeader) }));
    const bytes = drafts.reduce(
      (sum, { draft }) => sum + (draft instanceof ServiceError ? 0 : draft.bytes),
      0,
    );
    if (bytes > MESSAGE_LIMIT)
      throw new ServiceError(
        'BatchRequestTooLongException',
        'The length of all the messages put together is more than the limit.',
      );
    const results = await Promise.all(
      drafts.map(async ({ entry, draft }) => await publishEntry(deps, topic, entry, draft, context.origin)),
    );
    return {
      Successful: results.filter((result): result is PublishBatchResultEntry => 'MessageId' in result),
      Failed: results.filter((result): result is BatchResultErrorEntry => 'Code' in result),
    };
  };
}

function checkEntries(entries: readonly PublishBatchRequestEntry[]): void {
  if (entries.length === 0)
    throw new ServiceError('EmptyBatchRequestException', "The batch request doesn't contain any entries.");
  if (entries.length > MOST_ENTRIES)
    throw new ServiceError(
      'TooManyEntriesInBatchRequestException',
      'The batch request contains more entries than permissible.',
    );
  if (entries.some(({ Id }) => !ID.test(Id ?? '')))
    throw new ServiceError(
      'InvalidBatchEntryIdException',
      "The Id of a batch entry in a batch request doesn't abide by the specification.",
    );
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length)
    throw new ServiceError(
      'BatchEntryIdsNotDistinctException',
      'Two or more batch entries in the request have the same Id.',
    );
}

function draftOrProblem(
  entry: PublishBatchRequestEntry,
  topic: StoredTopic,
  traceHeader: string | undefined,
): MessageDraft | ServiceError {
  try {
    return { ...draftOf(entry, topic), traceHeader };
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

async function publishEntry(
  deps: SnsDependencies,
  topic: StoredTopic,
  { Id }: PublishBatchRequestEntry,
  draft: MessageDraft | ServiceError,
  origin: string,
): Promise<PublishBatchResultEntry | BatchResultErrorEntry> {
  if (draft instanceof ServiceError) {
    const Code = draft.code.replace(/Exception$/, '');
    return { Id, Code, Message: draft.message, SenderFault: true };
  }
  const { messageId, sequenceNumber } = await publishMessage(deps, topic, draft, origin);
  return {
    Id,
    MessageId: messageId,
    ...(sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber }),
  };
}

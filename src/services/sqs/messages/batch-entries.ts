import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { ServiceError } from '../../../model/service-error.ts';
import { missingParameter } from '../sqs-errors.ts';

const MOST_ENTRIES = 10;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

interface Entry {
  readonly Id?: string | undefined;
}

/**
 * Checks what is wrong with a batch as a whole: then none of its entries is tried.
 * @param type the entries' name in error texts, e.g. `SendMessageBatchRequestEntry`
 */
export function checkEntries<E extends Entry>(entries: readonly E[] | undefined, type: string): readonly E[] {
  if (entries === undefined || entries.length === 0) {
    throw new ServiceError('EmptyBatchRequest', `There should be at least one ${type} in the request.`);
  }
  if (entries.length > MOST_ENTRIES) {
    throw new ServiceError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MOST_ENTRIES}. You have sent ${entries.length}.`,
    );
  }
  const ids = new Set<string>();
  for (const [index, { Id: id }] of entries.entries()) {
    if (id === undefined) throw missingParameter(`${type}.${index + 1}.Id`);
    if (!ENTRY_ID.test(id)) {
      throw new ServiceError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    }
    if (ids.has(id)) throw new ServiceError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
    ids.add(id);
  }
  return entries;
}

/** The older codes, which entries of a batch have in either protocol. */
const ENTRY_CODES: Readonly<Record<string, string>> = {
  InvalidParameterValueException: 'InvalidParameterValue',
  MissingRequiredParameterException: 'MissingParameter',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
};

export function failedEntry(id: string, error: ServiceError): BatchResultErrorEntry {
  return {
    Id: id,
    SenderFault: true,
    Code: ENTRY_CODES[error.code] ?? error.code,
    Message: error.message,
  };
}

/** Lists that have nothing in them are left out, as AWS does. */
export function batchResult<E>(
  successful: readonly E[],
  failed: readonly BatchResultErrorEntry[],
): { Successful: E[]; Failed: BatchResultErrorEntry[] } {
  const result = {
    ...(successful.length > 0 && { Successful: successful }),
    ...(failed.length > 0 && { Failed: failed }),
  };
  return result as unknown as { Successful: E[]; Failed: BatchResultErrorEntry[] };
}

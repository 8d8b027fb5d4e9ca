import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { ServiceError } from '../../../model/service-error.ts';
import { SchemaMismatch } from '../dynamodb-errors.ts';
import { TOKEN_MISMATCH } from './request-tokens.ts';
import type { Outcome, Written } from './write-decisions.ts';

/** How the error of one member of a request is named among those of the others. */
const REASONS: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  DuplicateItemException: 'DuplicateItem',
  ItemCollectionSizeLimitExceededException: 'ItemCollectionSizeLimitExceeded',
  ProvisionedThroughputExceededException: 'ProvisionedThroughputExceeded',
  ResourceNotFoundException: 'ResourceNotFound',
  ThrottlingException: 'ThrottlingError',
  ValidationException: 'ValidationError',
};

/** What was done. Throws TransactionCanceledException, or what is wrong with the request's token. */
export function doneOf(outcome: Outcome): readonly Written[] {
  const mismatch = outcome.find((one) => one instanceof ServiceError && one.code === TOKEN_MISMATCH);
  if (mismatch instanceof ServiceError) throw mismatch;
  checkNotRefused(outcome);
  return outcome as readonly Written[];
}

/**
 * What fits its table of each member. Throws TransactionCanceledException when one of them does not, and at once what else is wrong
 * with them.
 */
export function fittingAll<T>(members: readonly (() => T)[]): T[] {
  const outcomes = members.map((fit) => {
    try {
      return fit();
    } catch (error) {
      if (error instanceof SchemaMismatch) return error;
      throw error;
    }
  });
  checkNotRefused(outcomes);
  return outcomes.filter((outcome): outcome is Awaited<T> & T => !(outcome instanceof SchemaMismatch));
}

/**
 * Throws TransactionCanceledException when a member of a transaction was refused.
 * @param outcomes one for each member
 */
export function checkNotRefused(outcomes: readonly unknown[]): void {
  if (!outcomes.some((one) => one instanceof ServiceError)) return;
  const reasons = outcomes.map((one): CancellationReason => {
    return one instanceof ServiceError ? memberError(one) : { Code: 'None' };
  });
  throw new ServiceError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
    400,
    { CancellationReasons: reasons },
  );
}

/** As answers show the error of one member. */
export function memberError({ code, message, members }: ServiceError) {
  const item = members['Item'] as NonNullable<CancellationReason['Item']> | undefined;
  return { Code: REASONS[code] ?? code, Message: message, ...(item !== undefined && { Item: item }) };
}

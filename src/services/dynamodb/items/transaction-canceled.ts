import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { ServiceError } from '../../../model/service-error.ts';
import { SchemaMismatch } from '../dynamodb-errors.ts';

/** How a refused member is named among a transaction's reasons. */
const REASONS: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  ItemCollectionSizeLimitExceededException: 'ItemCollectionSizeLimitExceeded',
  ProvisionedThroughputExceededException: 'ProvisionedThroughputExceeded',
  ThrottlingException: 'ThrottlingError',
  ValidationException: 'ValidationError',
};

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
  const reasons = outcomes.map(reasonOf);
  throw new ServiceError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
    400,
    { CancellationReasons: reasons },
  );
}

function reasonOf(outcome: unknown): CancellationReason {
  if (!(outcome instanceof ServiceError)) return { Code: 'None' };
  const item = outcome.members['Item'] as NonNullable<CancellationReason['Item']> | undefined;
  return {
    Code: REASONS[outcome.code] ?? outcome.code,
    Message: outcome.message,
    ...(item !== undefined && { Item: item }),
  };
}

import { validation } from '../dynamodb-errors.ts';

const MOST_BYTES = 4 * 1_048_576;

/**
 * Throws ValidationException for a transaction that is too large.
 * @param bytes of what it is given, as AWS counts them: at least as many as all items together
 */
export function checkTransactionSize(bytes: number): void {
  if (bytes > MOST_BYTES) throw validation('Transaction request size exceeds the limit of 4 MB');
}

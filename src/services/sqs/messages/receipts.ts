import type { StoredQueue } from '../queues/stored-queue.ts';
import { badValue, missingParameter, receiptHandleIsInvalid } from '../sqs-errors.ts';
import { parseReceiptHandle, type Receipt } from './receipt-handle.ts';

/** The receipt a caller names. Throws ReceiptHandleIsInvalid for one that is not of this queue. */
export function requireReceipt(queue: StoredQueue, handle: string | undefined): Receipt {
  if (handle === undefined || handle.trim() === '') throw missingParameter('ReceiptHandle');
  const receipt = parseReceiptHandle(handle);
  if (receipt?.queueId !== queue.id) throw receiptHandleIsInvalid(handle);
  return receipt;
}

const LONGEST_SECONDS = 43_200;

export function requireVisibility(seconds: number | undefined): number {
  if (seconds === undefined) throw missingParameter('VisibilityTimeout');
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > LONGEST_SECONDS)
    throw badValue(seconds, 'VisibilityTimeout', 'Must be between 0 and 43200, if provided.');
  return seconds * 1000;
}

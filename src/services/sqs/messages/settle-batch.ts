import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { ServiceError } from '../../../model/service-error.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { batchResult, failedEntry } from './batch-entries.ts';
import type { Receipt } from './receipt-handle.ts';
import { requireReceipt } from './receipts.ts';

interface Entry {
  readonly Id: string | undefined;
  readonly ReceiptHandle: string | undefined;
}

/** Settles entry by entry; what is wrong with one is no matter to the others. */
export async function settleBatch<E extends Entry>(
  deps: SqsDependencies,
  queue: StoredQueue,
  entries: readonly E[],
  visibilityOf: (entry: E) => number | undefined,
): Promise<{ Successful: { Id: string }[]; Failed: BatchResultErrorEntry[] }> {
  const valid: { id: string; receipt: Receipt; visibilityMs: number | undefined }[] = [];
  const failed: BatchResultErrorEntry[] = [];
  for (const entry of entries) {
    const id = entry.Id ?? '';
    try {
      const receipt = requireReceipt(queue, entry.ReceiptHandle);
      valid.push({ id, receipt, visibilityMs: visibilityOf(entry) });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      failed.push(failedEntry(id, error));
    }
  }
  if (valid.length === 0) return batchResult([], failed);
  const errors = await deps.messages.settle(
    queue,
    valid.map(({ receipt }) => receipt),
    valid.map(({ visibilityMs }) => visibilityMs),
  );
  const successful: { Id: string }[] = [];
  for (const [index, { id }] of valid.entries()) {
    const error = errors[index];
    if (error === undefined) successful.push({ Id: id });
    else failed.push(failedEntry(id, error));
  }
  return batchResult(successful, failed);
}

/** What a function has made of a batch. */
export type BatchResult =
  | { readonly kind: 'complete' }
  /** All of it failed. */
  | { readonly kind: 'failed' }
  /** Some of it failed: their ids, at least one. */
  | { readonly kind: 'partial'; readonly failed: ReadonlySet<string> };

export interface FunctionAnswer {
  readonly payload: Uint8Array;
  readonly functionError?: 'Unhandled' | undefined;
}

const COMPLETE: BatchResult = { kind: 'complete' };
const FAILED: BatchResult = { kind: 'failed' };

/**
 * Reads what a function answered. What is not understood counts as failed, so that nothing is lost.
 * @param ids of the records in the batch
 * @param reportsFailures the mapping has ReportBatchItemFailures; without it the payload says nothing
 */
export function batchResult(
  answer: FunctionAnswer,
  ids: readonly string[],
  reportsFailures: boolean,
): BatchResult {
  if (answer.functionError !== undefined) return FAILED;
  if (!reportsFailures) return COMPLETE;
  const read = parsed(answer.payload);
  if (read === undefined) return FAILED;
  const { value } = read;
  if (isEmpty(value)) return COMPLETE;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return FAILED;
  const failures = Object.hasOwn(value, 'batchItemFailures')
    ? (value as { batchItemFailures: unknown }).batchItemFailures
    : undefined;
  if (failures === undefined || failures === null) return COMPLETE;
  if (!Array.isArray(failures)) return FAILED;
  if (failures.length === 0) return COMPLETE;
  const named = failures.map(identifierOf);
  const known = new Set(ids);
  if (!named.every((id) => id !== undefined && known.has(id))) return FAILED;
  return { kind: 'partial', failed: new Set(named as string[]) };
}

/** What functions return that return nothing. */
function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function identifierOf(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null) return undefined;
  const id = Object.hasOwn(failure, 'itemIdentifier')
    ? (failure as { itemIdentifier: unknown }).itemIdentifier
    : undefined;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** An empty payload is as good as null. */
function parsed(payload: Uint8Array): { readonly value: unknown } | undefined {
  if (payload.length === 0) return { value: null };
  try {
    return { value: JSON.parse(Buffer.from(payload).toString('utf8')) as unknown };
  } catch {
    return undefined;
  }
}

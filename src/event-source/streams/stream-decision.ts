import type { BatchEnd } from '../source-driver.ts';

/** A mapping's rules for batches that fail. */
export interface FailureRules {
  /** -1: without end. */
  readonly maximumRetries: number;
  /** Of records, at most; never more than the stream keeps them. */
  readonly maximumAgeMs: number;
  readonly bisects: boolean;
}

/** What becomes of a batch after a run. Counts are of its records, from the first on. */
export type StreamStep =
  | { readonly kind: 'done' }
  /** So many are done with, the others run again as one batch. */
  | { readonly kind: 'retry'; readonly done: number; readonly tries: number; readonly afterMs: number }
  /** Two halves run, one after the other; that is no retry. */
  | {
      readonly kind: 'halve';
      readonly done: number;
      readonly at: number;
      readonly tries: number;
      readonly afterMs: number;
    }
  /** So many are done with; the others are given up after so many tries. */
  | { readonly kind: 'discard'; readonly done: number; readonly tries: number };

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/** A second after the first try, two after the second, up to a minute. */
export function retryDelayMs(tries: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** Math.max(0, tries - 1), LONGEST_DELAY_MS);
}

/**
 * @param ids of the batch's records, in order
 * @param before tries of the batch before this run
 */
export function nextStreamStep(
  ids: readonly string[],
  before: number,
  { outcome, result }: BatchEnd,
  rules: FailureRules,
): StreamStep {
  // What did not run was no try.
  if (result === undefined && outcome.kind !== 'refused') {
    return { kind: 'retry', done: 0, tries: before, afterMs: retryDelayMs(before + 1) };
  }
  if (result?.kind === 'complete') return { kind: 'done' };
  const partial = result?.kind === 'partial' ? result.failed : undefined;
  const done =
    partial === undefined
      ? 0
      : Math.max(
          0,
          ids.findIndex((id) => partial.has(id)),
        );
  // The first that failed is tried for the first time where others had been in front of it.
  const tries = done > 0 ? 1 : before + 1;
  const left = ids.length - done;
  if (rules.bisects && partial === undefined && left > 1) {
    return { kind: 'halve', done, at: done + Math.ceil(left / 2), tries: before, afterMs: retryDelayMs(1) };
  }
  const isExhausted = rules.maximumRetries >= 0 && tries > rules.maximumRetries;
  if (isExhausted) return { kind: 'discard', done, tries };
  return { kind: 'retry', done, tries, afterMs: retryDelayMs(tries) };
}

/** How many of the records, from the first on, are too old to be run. */
export function countExpired(
  records: readonly { readonly arrivedAtMs: number }[],
  { maximumAgeMs }: FailureRules,
  nowMs: number,
): number {
  const young = records.findIndex(({ arrivedAtMs }) => nowMs - arrivedAtMs <= maximumAgeMs);
  return young === -1 ? records.length : young;
}

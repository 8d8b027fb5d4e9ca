import type { JsonValue } from '../model/event-pattern/exact-json.ts';
import type { BatchResult } from './batch-result.ts';
import type { RunOutcome } from './function-door.ts';

/** A record on its way into a function. */
export interface PolledRecord {
  /** By which a function names it as failed. */
  readonly id: string;
  /** The record in the event, JSON text. */
  readonly text: string;
  /** The record as filters see it. */
  view(): JsonValue;
}

/** Records that go into the function together. */
export interface Batch<R extends PolledRecord> {
  readonly records: readonly R[];
  /** Runs of the function so far that count as tries. */
  readonly tries: number;
  /** Since then it has been in hand, platform time. */
  readonly takenAtMs: number;
  /** A tumbling window that ends with this run; there are no records then. */
  readonly closing?: WindowClosing;
}

export interface WindowClosing {
  /** Before its time, for the size of its state. */
  readonly isEarly: boolean;
}

/** How a batch's run ended. */
export interface BatchEnd {
  readonly outcome: RunOutcome;
  /** What the function has made of it; undefined: it did not run. */
  readonly result: BatchResult | undefined;
}

/** What becomes of a batch. */
export type BatchStep<R extends PolledRecord> =
  | { readonly kind: 'done' }
  /** Left to its source, which hands it out again: what is behind it, where order counts, has to wait for that. */
  | { readonly kind: 'left' }
  /** These run next, one after the other, after a while. */
  | { readonly kind: 'again'; readonly batches: readonly Batch<R>[]; readonly afterMs: number };

/** A kind of source: sources differ in how records are received and how batches are settled. */
export interface SourceDriver<R extends PolledRecord> {
  /** What is received at a time runs in its order, one batch after the other. */
  readonly isOrdered: boolean;
  /** Batches that may begin now, with so many under way. None: asked again when one ends, and after a while. */
  room(running: number): number;
  /** Up to so many records; waits for the first one for so long. None: time is up, or nothing is to be had. */
  receive(most: number, waitMs: number, signal: AbortSignal): Promise<readonly R[]>;
  /** Records that filters keep from the function. */
  skip(records: readonly R[]): Promise<void>;
  /** A batch to run although no record has come. */
  due(): Batch<R> | undefined;
  /** Looks at a batch whose turn has come. Undefined: it runs; else that is what becomes of it. */
  before(batch: Batch<R>): Promise<BatchStep<R> | undefined>;
  /** The event, JSON text. */
  event(batch: Batch<R>): string;
  /** The trace a batch belongs to, if any. */
  traceId(batch: Batch<R>): string | undefined;
  /** Has what has become of the batch on disk when it resolves. May be asked again when it rejects. */
  settle(batch: Batch<R>, end: BatchEnd): Promise<BatchStep<R>>;
  /** These will not run: the poller stops, or what was before them was left. */
  giveBack(records: readonly R[]): Promise<void>;
}

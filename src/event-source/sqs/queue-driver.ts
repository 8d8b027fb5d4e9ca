import type { Clock } from '../../model/clock.ts';
import type { QueueConsumer } from '../../model/queue-ports.ts';
import { ServiceError } from '../../model/service-error.ts';
import type { MappingMeter } from '../mapping-meter.ts';
import type { Batch, BatchEnd, BatchStep, SourceDriver } from '../source-driver.ts';
import type { PollConcurrency } from './poll-concurrency.ts';
import { QueueRecord } from './queue-record.ts';
import { beginsUntilMs, doneMessages } from './settled-messages.ts';

export interface QueueDriverOptions {
  readonly clock: Clock;
  readonly queues: QueueConsumer;
  readonly queueArn: string;
  readonly isFifo: boolean;
  readonly windowMs: number;
  /** What the function has for one run, now; undefined: it is gone. */
  readonly functionTimeoutMs: () => number | undefined;
  readonly concurrency: PollConcurrency;
  readonly meter: MappingMeter;
}

/** Taken at once, at most: they are in memory with their bodies. */
const MOST_RECEIVED = 200;
/** After so long without messages polling begins anew with a few batches. */
const IDLE_MS = 60_000;

/** Receives messages of a queue and deletes those that are done with. What is not comes back by itself. */
export class QueueDriver implements SourceDriver<QueueRecord> {
  readonly isOrdered: boolean;
  readonly #options: QueueDriverOptions;
  #running = 0;

  constructor(options: QueueDriverOptions) {
    this.isOrdered = options.isFifo;
    this.#options = options;
  }

  room(running: number): number {
    this.#running = running;
    return this.#options.concurrency.room(running, this.#options.clock.now());
  }

  async receive(most: number, waitMs: number, signal: AbortSignal): Promise<readonly QueueRecord[]> {
    const { queues, queueArn, concurrency, clock, windowMs } = this.#options;
    const wanted = Math.min(most, MOST_RECEIVED);
    const beganAtMs = clock.now();
    // A message's time in the batch does not count against the function's.
    const options = { most: wanted, waitMs, signal, hiddenForMoreMs: windowMs };
    const messages = await queues.receive(queueArn, options);
    if (clock.now() - beganAtMs > IDLE_MS && this.#running === 0) concurrency.idle();
    if (messages.length > 0) concurrency.received(messages.length === wanted, clock.now());
    return messages.map((message) => new QueueRecord(message, queueArn));
  }

  async skip(records: readonly QueueRecord[]): Promise<void> {
    await this.#remove(records);
  }

  due(): undefined {
    // Queues have no windows that end by themselves.
  }

  async before(batch: Batch<QueueRecord>): Promise<BatchStep<QueueRecord> | undefined> {
    return this.#mayBegin(batch, this.#options.clock.now()) ? undefined : { kind: 'left' };
  }

  event({ records }: Batch<QueueRecord>): string {
    return `{"Records":[${records.map(({ text }) => text).join(',')}]}`;
  }

  /** A batch has one trace: that of the first message that has one. */
  traceId({ records }: Batch<QueueRecord>): string | undefined {
    return records.find(({ traceHeader }) => traceHeader !== undefined)?.traceHeader;
  }

  async settle(batch: Batch<QueueRecord>, { outcome, result }: BatchEnd): Promise<BatchStep<QueueRecord>> {
    const { concurrency, clock, meter } = this.#options;
    if (result !== undefined) {
      concurrency.answered();
      const done = doneMessages(batch.records, result);
      const refused = done.length === 0 ? [] : await this.#remove(done);
      const deleted = done.length - refused.length;
      meter.add('deletedEventCount', deleted);
      return { kind: deleted === batch.records.length ? 'done' : 'left' };
    }
    if (outcome.kind === 'refused') return { kind: 'left' };
    const nowMs = clock.now();
    const afterMs = concurrency.throttled(nowMs);
    // It comes from the queue no more.
    const isInTime = this.#mayBegin({ ...batch, takenAtMs: -Infinity }, nowMs + afterMs);
    return isInTime ? { kind: 'again', batches: [batch], afterMs } : { kind: 'left' };
  }

  async giveBack(records: readonly QueueRecord[]): Promise<void> {
    const { queues, queueArn } = this.#options;
    const receipts = records.map(({ receiptHandle }) => receiptHandle);
    await unlessGone(queues.changeVisibility(queueArn, receipts, 0));
  }

  #mayBegin({ records, takenAtMs }: Batch<QueueRecord>, atMs: number): boolean {
    return atMs <= beginsUntilMs(records, takenAtMs, this.#options.functionTimeoutMs() ?? 0);
  }

  /** @returns the receipts of messages that come again, because they had expired */
  async #remove(records: readonly QueueRecord[]): Promise<readonly string[]> {
    const { queues, queueArn } = this.#options;
    const receipts = records.map(({ receiptHandle }) => receiptHandle);
    return (await unlessGone(queues.remove(queueArn, receipts))) ?? [];
  }
}

/** A queue that was deleted has taken its messages along. */
async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return undefined;
  }
}

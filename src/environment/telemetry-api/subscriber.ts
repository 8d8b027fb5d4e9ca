import type { Destination } from './destination.ts';
import type { Buffering } from './subscription.ts';
import type { DroppedTelemetry } from './telemetry-event.ts';

/** How often a batch is tried before it counts as dropped, and how long after the first failure; then twice as long. */
const MOST_TRIES = 10;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 2000;

const FELL_BEHIND = 'Consumer seems to have fallen behind as it has not acknowledged receipt of logs.';

export interface SubscriberParts {
  readonly buffering: Buffering;
  readonly destination: Destination;
  /** The event that tells of a loss; undefined when this subscriber is not to be told. */
  readonly droppedJson: (dropped: DroppedTelemetry) => string | undefined;
  readonly onDropped: (dropped: DroppedTelemetry) => void;
}

/**
 * The events on their way to one listener: one batch being sent, one being filled. A batch leaves when it is full or
 * old enough. While the listener is busy and the next batch is full, log lines are dropped and counted; the platform's
 * events, which are few, have as much room again. So at no time more than three times `maxBytes`, and one event beyond
 * that, is in memory.
 */
export class Subscriber {
  readonly #parts: SubscriberParts;
  #batch: string[] = [];
  #batchBytes = 0;
  #droppedRecords = 0;
  #droppedBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The batch in hand is old enough. */
  #isDue = false;
  /** Nothing waits for company any more: the environment is about to end. */
  #isHurried = false;
  #isSending = false;
  #isClosed = false;
  #wake: (() => void) | undefined;
  #onDrained: (() => void)[] = [];

  constructor(parts: SubscriberParts) {
    this.#parts = parts;
  }

  /**
   * @param json one event
   * @param ofPlatform it is no line of a log
   */
  push(json: string, ofPlatform: boolean): void {
    const bytes = Buffer.byteLength(json);
    if (this.#isFullWith(bytes)) {
      if (this.#isSending && (!ofPlatform || this.#isFullWith(bytes, 2))) {
        this.#droppedRecords += 1;
        this.#droppedBytes += bytes;
        return;
      }
      this.#send();
    }
    this.#add(json, bytes);
    if (this.#isHurried || this.#isFullWith(0)) this.#send();
    else this.#timer ??= setTimeout(() => this.#sendDue(), this.#parts.buffering.timeoutMs).unref();
  }

  /** Counts events that were lost before this subscriber was there. */
  missed(records: number, bytes: number): void {
    this.#droppedRecords += records;
    this.#droppedBytes += bytes;
  }

  /** From now on sends everything at once. Resolves when nothing is left, or after `limitMs`. */
  async hurry(limitMs: number): Promise<void> {
    this.#isHurried = true;
    this.#wake?.();
    this.#send();
    if (!this.#isSending) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onDrained.push(resolve);
    const timer = setTimeout(resolve, limitMs);
    await promise;
    clearTimeout(timer);
  }

  /** Forgets what was not sent. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#batch = [];
    this.#parts.destination.close();
    this.#wake?.();
  }

  #isFullWith(bytes: number, batches = 1): boolean {
    const { maxBytes, maxItems } = this.#parts.buffering;
    if (this.#batch.length === 0) return false;
    return this.#batchBytes + bytes >= batches * maxBytes || this.#batch.length >= batches * maxItems;
  }

  #add(json: string, bytes: number): void {
    this.#batch.push(json);
    this.#batchBytes += bytes;
  }

  #sendDue(): void {
    this.#isDue = true;
    this.#send();
  }

  #send(): void {
    if (this.#isSending || this.#isClosed || this.#batch.length === 0) return;
    const batch = this.#batch;
    const bytes = this.#batchBytes;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
    this.#isSending = true;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#tellDropped(FELL_BEHIND);
    void this.#deliver(batch, bytes);
  }

  async #deliver(batch: readonly string[], bytes: number): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    for (let tries = 1; !this.#isClosed; tries += 1) {
      try {
        await this.#parts.destination.send(batch);
        break;
      } catch (error) {
        if (tries === MOST_TRIES) {
          this.missed(batch.length, bytes);
          this.#tellDropped(`The events could not be delivered: ${(error as Error).message}`);
          break;
        }
        await this.#pause(pauseMs);
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      }
    }
    this.#isSending = false;
    if (this.#isDue || this.#isHurried || this.#isFullWith(0)) this.#send();
    if (!this.#isSending) for (const resolve of this.#onDrained.splice(0)) resolve();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** What was lost is told where it is missing: between the batch that just left and the next. */
  #tellDropped(reason: string): void {
    if (this.#droppedRecords === 0) return;
    const dropped = { reason, droppedRecords: this.#droppedRecords, droppedBytes: this.#droppedBytes };
    this.#droppedRecords = 0;
    this.#droppedBytes = 0;
    const json = this.#parts.droppedJson(dropped);
    if (json !== undefined) {
      this.#batch.unshift(json);
      this.#batchBytes += Buffer.byteLength(json);
      this.#timer ??= setTimeout(() => this.#sendDue(), this.#parts.buffering.timeoutMs).unref();
    }
    this.#parts.onDropped(dropped);
  }
}

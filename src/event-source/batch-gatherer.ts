import type { Clock } from '../model/clock.ts';
import { PAYLOAD_LIMIT_BYTES } from '../model/limits.ts';
import type { MappingMeter } from './mapping-meter.ts';
import type { RecordFilter } from './record-filter.ts';
import type { PolledRecord, SourceDriver } from './source-driver.ts';

export interface GathererOptions {
  readonly clock: Clock;
  readonly batchSize: number;
  /** How long a batch waits to become full; 0: not at all. */
  readonly windowMs: number;
  readonly filter: RecordFilter | undefined;
  readonly meter: MappingMeter;
}

/** The event's own characters, and those around the records. */
const ENVELOPE_BYTES = 1024;
/** Long polls end by being answered. */
const FOREVER_MS = 3_600_000;

/** Receives and filters records until there are enough of them for a batch. */
export class BatchGatherer<R extends PolledRecord> {
  readonly #options: GathererOptions;
  readonly #driver: SourceDriver<R>;
  readonly #signal: AbortSignal;

  constructor(options: GathererOptions, driver: SourceDriver<R>, signal: AbortSignal) {
    this.#options = options;
    this.#driver = driver;
    this.#signal = signal;
  }

  /**
   * Without a window what is there is enough, for several batches at once; with one a batch is gathered over time.
   * None: there was nothing, or the poller stops.
   */
  async gather(room: number): Promise<readonly R[]> {
    const { batchSize, windowMs, clock } = this.#options;
    const most = windowMs > 0 || this.#driver.isOrdered ? batchSize : batchSize * room;
    let records: readonly R[] = await this.#received(most, FOREVER_MS);
    const untilMs = clock.now() + windowMs;
    while (records.length > 0 && records.length < most && countFitting(records, most) === records.length) {
      const waitMs = untilMs - clock.now();
      if (waitMs <= 0 || this.#signal.aborted) break;
      const more = await this.#more(most - records.length, waitMs, records);
      // Time is up, or something else is due.
      if (more.length === 0) break;
      records = [...records, ...more];
    }
    return records;
  }

  /** The records in events of their own, in order. */
  split(records: readonly R[]): R[][] {
    const batches: R[][] = [];
    for (let from = 0; from < records.length; ) {
      const count = countFitting(
        records.slice(from, from + this.#options.batchSize),
        this.#options.batchSize,
      );
      batches.push(records.slice(from, from + count));
      from += count;
    }
    return batches;
  }

  async #more(most: number, waitMs: number, inHand: readonly R[]): Promise<readonly R[]> {
    try {
      return await this.#received(most, waitMs);
    } catch (error) {
      await this.#driver.giveBack(inHand);
      throw error;
    }
  }

  async #skip(records: readonly R[]): Promise<void> {
    const skipping = this.#driver.skip(records);
    // Those beside them grow no older by it when time is moved.
    this.#options.clock.during(skipping);
    await skipping;
  }

  async #received(most: number, waitMs: number): Promise<readonly R[]> {
    const { filter, clock, meter } = this.#options;
    const untilMs = clock.now() + waitMs;
    for (;;) {
      const leftMs = Math.max(0, untilMs - clock.now());
      const received = await this.#driver.receive(most, leftMs, this.#signal);
      meter.add('polledEventCount', received.length);
      if (filter === undefined || received.length === 0) return received;
      const passed: R[] = [];
      const skipped: R[] = [];
      for (const record of received) (filter(record.view()) ? passed : skipped).push(record);
      meter.add('filteredOutEventCount', skipped.length);
      if (skipped.length > 0) await this.#skip(skipped);
      // All of it was for nobody: the next ones may be there already, but what is in hand does not wait for them.
      if (passed.length > 0 || this.#signal.aborted || clock.now() >= untilMs) return passed;
    }
  }
}

/** How many of the records, at most so many, fit into one event. At least one. */
function countFitting(records: readonly PolledRecord[], most: number): number {
  let bytes = ENVELOPE_BYTES;
  let count = 0;
  for (const { text } of records) {
    bytes += Buffer.byteLength(text) + 1;
    if (count === most || (count > 0 && bytes > PAYLOAD_LIMIT_BYTES)) break;
    count += 1;
  }
  return count;
}

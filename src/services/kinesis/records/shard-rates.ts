import type { Clock } from '../../../model/clock.ts';
import type { ShardKey } from './record-reader.ts';

/** What a second allows. */
interface Rate {
  readonly perSecond: number;
}

/** Filled by platform time, one second's worth at most; may be drawn below zero, and then has to fill first. */
class Allowance {
  readonly #rate: Rate;
  #left: number;
  #atMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#left = rate.perSecond;
    this.#atMs = nowMs;
  }

  left(nowMs: number): number {
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#left = Math.min(this.#rate.perSecond, this.#left + (passedMs * this.#rate.perSecond) / 1000);
    this.#atMs = nowMs;
    return this.#left;
  }

  draw(amount: number): void {
    this.#left -= amount;
  }
}

interface ShardAllowances {
  readonly writtenRecords: Allowance;
  readonly writtenBytes: Allowance;
  readonly reads: Allowance;
  readonly readBytes: Allowance;
}

const WRITTEN_RECORDS = { perSecond: 1_000 };
/** A shard's, for writing. */
export const WRITTEN_BYTES_PER_SECOND = 1_048_576;
const WRITTEN_BYTES = { perSecond: WRITTEN_BYTES_PER_SECOND };
const READS = { perSecond: 5 };
const READ_BYTES = { perSecond: 2_097_152 };

/** What has been taken of each shard's throughput lately. In memory, and of this platform alone. */
export class ShardRates {
  readonly #clock: Clock;
  readonly #shards = new Map<number, Map<number, ShardAllowances>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False when a record of this size is too much now. A record above a second's worth takes the following ones too. */
  takeWrite(shard: ShardKey, bytes: number): boolean {
    const nowMs = this.#clock.now();
    const { writtenRecords, writtenBytes } = this.#of(shard, nowMs);
    const needed = Math.min(bytes, WRITTEN_BYTES.perSecond);
    if (writtenRecords.left(nowMs) < 1 || writtenBytes.left(nowMs) < needed) return false;
    writtenRecords.draw(1);
    writtenBytes.draw(bytes);
    return true;
  }

  /** False when readers of the shard have asked too often, or have read too much. */
  takeRead(shard: ShardKey): boolean {
    const nowMs = this.#clock.now();
    const { reads, readBytes } = this.#of(shard, nowMs);
    if (reads.left(nowMs) < 1 || readBytes.left(nowMs) < 0) return false;
    reads.draw(1);
    return true;
  }

  /** What a read came to. */
  hasRead(shard: ShardKey, bytes: number): void {
    this.#of(shard, this.#clock.now()).readBytes.draw(bytes);
  }

  forget(streamId: number): void {
    this.#shards.delete(streamId);
  }

  clear(): void {
    this.#shards.clear();
  }

  #of({ streamId, shard }: ShardKey, nowMs: number): ShardAllowances {
    const shards = this.#shards.get(streamId) ?? new Map<number, ShardAllowances>();
    this.#shards.set(streamId, shards);
    const known = shards.get(shard);
    if (known !== undefined) return known;
    const allowances = {
      writtenRecords: new Allowance(WRITTEN_RECORDS, nowMs),
      writtenBytes: new Allowance(WRITTEN_BYTES, nowMs),
      reads: new Allowance(READS, nowMs),
      readBytes: new Allowance(READ_BYTES, nowMs),
    };
    shards.set(shard, allowances);
    return allowances;
  }
}

import type { Clock } from '../../../model/clock.ts';
import { WRITTEN_BYTES_PER_SECOND } from './shard-rates.ts';
import type { StoredStream } from '../streams/stored-stream.ts';

interface Window {
  readonly beganAtMs: number;
  records: number;
  bytes: number;
  throttled: number;
}

const WINDOW_MS = 60_000;
const RECORDS_PER_SECOND = 1_000;
/** What AWS lets on-demand streams grow to by themselves: 200 MiB a second. */
const MOST_SHARDS = 200;

/**
 * Watches what comes to on-demand streams, minute by minute, and says when one needs more shards: when a minute took more
 * than half of what its shards can take, or more than they could.
 */
export class OnDemandGrowth {
  readonly #clock: Clock;
  readonly #windows = new Map<number, Window>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Hears of what a request brought.
   * @returns how many shards the stream should have, where it has too few
   */
  observe(
    stream: StoredStream,
    request: { readonly records: number; readonly bytes: number; readonly throttled: number },
  ): number | undefined {
    const nowMs = this.#clock.now();
    const window = this.#windows.get(stream.id);
    if (window === undefined || nowMs - window.beganAtMs > 2 * WINDOW_MS) {
      this.#windows.set(stream.id, { beganAtMs: nowMs, ...request });
      return undefined;
    }
    window.records += request.records;
    window.bytes += request.bytes;
    window.throttled += request.throttled;
    if (nowMs - window.beganAtMs < WINDOW_MS) return undefined;
    this.#windows.delete(stream.id);
    return wantedShards(stream.open.length, window, (nowMs - window.beganAtMs) / 1000);
  }

  forget(streamId: number): void {
    this.#windows.delete(streamId);
  }

  clear(): void {
    this.#windows.clear();
  }
}

/** @param seconds the window's length */
function wantedShards(
  shards: number,
  { records, bytes, throttled }: Window,
  seconds: number,
): number | undefined {
  const used = Math.max(
    records / (RECORDS_PER_SECOND * shards * seconds),
    bytes / (WRITTEN_BYTES_PER_SECOND * shards * seconds),
  );
  if (used <= 0.5 && throttled === 0) return undefined;
  const wanted = Math.min(MOST_SHARDS, shards * 2);
  return wanted > shards ? wanted : undefined;
}

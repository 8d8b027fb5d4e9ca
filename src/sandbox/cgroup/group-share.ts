import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Places } from './places.ts';
import type { RefusedForks } from './refused-forks.ts';
import type { ShareCount, WatchedShare } from './share-watch.ts';
import { readOpen, tryOpen } from './open-file.ts';

/** Both versions have the same names. */
const STATISTICS = 'cpu.stat';
/** Since Linux 5.15. */
const STANDS_BACK = 'cpu.idle';
/** Version 1, where it counts in the same place; nanoseconds. */
const USED = 'cpuacct.usage';
/** Version 2, among its statistics; microseconds. */
const USED_US = /^usage_usec (\d+)$/m;
const COUNTS = /^nr_periods (\d+)\nnr_throttled (\d+)$/m;
const YES = Buffer.from('1');
const NO = Buffer.from('0');

export interface ShareParts {
  readonly directory: string;
  /** One of version 2 with the same processes, which counts what they use. */
  readonly counted: string | undefined;
  readonly forks: RefusedForks | undefined;
  readonly places: Places | undefined;
}

/** One group's share of processor time: how often it was used up, and where the group stands for it. */
export class GroupShare implements WatchedShare {
  readonly #statistics: number;
  readonly #standing: number;
  readonly #use: number | undefined;
  readonly #forks: RefusedForks | undefined;
  readonly #places: Places | undefined;
  #isBehind = false;

  private constructor(
    statistics: number,
    standing: number,
    use: number | undefined,
    { forks, places }: Pick<ShareParts, 'forks' | 'places'>,
  ) {
    this.#statistics = statistics;
    this.#standing = standing;
    this.#use = use;
    this.#forks = forks;
    this.#places = places;
  }

  /** Undefined where the kernel has no groups that stand back. */
  static open({ directory, counted, forks, places }: ShareParts): GroupShare | undefined {
    let statistics: number | undefined;
    try {
      statistics = openSync(join(directory, STATISTICS), 'r');
      const standing = openSync(join(directory, STANDS_BACK), 'r+');
      const use = counted === undefined ? join(directory, USED) : join(counted, STATISTICS);
      return new GroupShare(statistics, standing, tryOpen(use), { forks, places });
    } catch {
      if (statistics !== undefined) closeSync(statistics);
      forks?.close();
      return undefined;
    }
  }

  shareCount(): ShareCount | undefined {
    const [, periods, throttled] = COUNTS.exec(readOpen(this.#statistics)) ?? [];
    if (throttled === undefined) return undefined;
    return { periods: Number(periods), throttled: Number(throttled) };
  }

  usedUs(): number | undefined {
    if (this.#use === undefined) return undefined;
    const text = readOpen(this.#use);
    const [, us] = USED_US.exec(text) ?? [];
    if (us !== undefined) return Number(us);
    return text === '' ? undefined : Number(text) / 1000;
  }

  standBack(isBehind: boolean): void {
    this.#forks?.look(isBehind);
    if (this.#isBehind === isBehind) return;
    this.#isBehind = isBehind;
    try {
      writeSync(this.#standing, isBehind ? YES : NO, 0, 1, 0);
    } catch {
      // The group has gone, as it does with the helper process.
    }
  }

  keepOff(isKeptOff: boolean): void {
    this.#places?.keepOff(isKeptOff);
  }

  /** It is about to do something else, or to end. */
  release(): void {
    this.#forks?.release();
  }

  close(): void {
    closeSync(this.#statistics);
    closeSync(this.#standing);
    if (this.#use !== undefined) closeSync(this.#use);
    this.#forks?.close();
  }
}

import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
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

/**
 * One group's share of processor time: how often it was used up, and where the group stands for it. What is needed only
 * for those that use it up is opened when it is: of a thousand groups it would be thousands of descriptors.
 */
export class GroupShare implements WatchedShare {
  readonly #statistics: number;
  readonly #standingPath: string;
  #standing: number | undefined;
  readonly #usePath: string;
  #use: number | undefined;
  readonly #forks: RefusedForks | undefined;
  readonly #places: Places | undefined;
  #isBehind = false;

  private constructor(statistics: number, { directory, counted, forks, places }: ShareParts) {
    this.#statistics = statistics;
    this.#standingPath = join(directory, STANDS_BACK);
    this.#usePath = counted === undefined ? join(directory, USED) : join(counted, STATISTICS);
    this.#forks = forks;
    this.#places = places;
  }

  /** Undefined where the kernel has no groups that stand back. */
  static open(parts: ShareParts): GroupShare | undefined {
    const { directory } = parts;
    const statistics = existsSync(join(directory, STANDS_BACK))
      ? tryOpen(join(directory, STATISTICS))
      : undefined;
    return statistics === undefined ? undefined : new GroupShare(statistics, parts);
  }

  shareCount(): ShareCount | undefined {
    const [, periods, throttled] = COUNTS.exec(readOpen(this.#statistics)) ?? [];
    if (throttled === undefined) return undefined;
    return { periods: Number(periods), throttled: Number(throttled) };
  }

  usedUs(): number | undefined {
    this.#use ??= tryOpen(this.#usePath);
    if (this.#use === undefined) return undefined;
    const text = readOpen(this.#use);
    const [, us] = USED_US.exec(text) ?? [];
    if (us !== undefined) return Number(us);
    return text === '' ? undefined : Number(text) / 1000;
  }

  standBack(isBehind: boolean): void {
    this.#forks?.look(isBehind);
    // A bomb is not tried in line: it would have its whole share until it is caught again.
    this.#stand(isBehind || this.#forks?.isHeld === true);
  }

  #stand(isBehind: boolean): void {
    if (this.#isBehind === isBehind) return;
    this.#isBehind = isBehind;
    try {
      this.#standing ??= openSync(this.#standingPath, 'r+');
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

  /** It does nothing for now, and so keeps nobody waiting. */
  rest(): void {
    this.release();
    this.#stand(false);
    this.keepOff(false);
    if (this.#standing === undefined && this.#use === undefined) return;
    for (const fd of [this.#standing, this.#use]) if (fd !== undefined) closeSync(fd);
    this.#standing = this.#use = undefined;
    this.#forks?.close();
  }

  close(): void {
    this.rest();
    this.#forks?.close();
    closeSync(this.#statistics);
  }
}

import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ShareCount, WatchedShare } from './share-watch.ts';

/** Both versions have the same names. */
const STATISTICS = 'cpu.stat';
/** Since Linux 5.15. */
const STANDS_BACK = 'cpu.idle';
const COUNTS = /^nr_periods (\d+)\nnr_throttled (\d+)$/m;
const YES = Buffer.from('1');
const NO = Buffer.from('0');

const scratch = Buffer.alloc(1024);

/** One group's share of processor time: how often it was used up, and where the group stands for it. */
export class GroupShare implements WatchedShare {
  readonly #statistics: number;
  readonly #standing: number;
  #isBehind = false;

  private constructor(statistics: number, standing: number) {
    this.#statistics = statistics;
    this.#standing = standing;
  }

  /** Undefined where the kernel has no groups that stand back. */
  static open(directory: string): GroupShare | undefined {
    let statistics: number | undefined;
    try {
      statistics = openSync(join(directory, STATISTICS), 'r');
      return new GroupShare(statistics, openSync(join(directory, STANDS_BACK), 'r+'));
    } catch {
      if (statistics !== undefined) closeSync(statistics);
      return undefined;
    }
  }

  shareCount(): ShareCount | undefined {
    const [, periods, throttled] = COUNTS.exec(this.#read()) ?? [];
    if (throttled === undefined) return undefined;
    return { periods: Number(periods), throttled: Number(throttled) };
  }

  standBack(isBehind: boolean): void {
    if (this.#isBehind === isBehind) return;
    this.#isBehind = isBehind;
    try {
      writeSync(this.#standing, isBehind ? YES : NO, 0, 1, 0);
    } catch {
      // The group has gone, as it does with the helper process.
    }
  }

  close(): void {
    closeSync(this.#statistics);
    closeSync(this.#standing);
  }

  /** Empty when the group has gone. */
  #read(): string {
    try {
      return scratch.toString('latin1', 0, readSync(this.#statistics, scratch, 0, scratch.length, 0));
    } catch {
      return '';
    }
  }
}

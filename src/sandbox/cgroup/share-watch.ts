/** How many times as long as a period of processor time: enough to tell a habit from a moment. */
const LOOK_EVERY_MS = 100;
/** A look costs some microseconds. Where nothing can be frozen there may be hundreds of groups: each has its turn. */
const MOST_LOOKS = 32;
/** The longest that who wants all it can get stands back before it is in line again, in looks. */
const LONGEST_STAY = 127;
/** How long one stands back that has given another cause than its use of the processor, in looks; longer the next time. */
const STAY_OF_SUSPECTS = 8;
/** Who gets so much more in line than behind, in one look, wanted more than it got behind. */
const MORE = 1.25;
const LITTLE_US = 2000;
/** How long after somebody else has run those who want all they can get are kept off a processor, in looks. */
const KEPT_OFF = 50;

/** What the kernel has counted for one group, of its periods of processor time. */
export interface ShareCount {
  /** In which something of it ran. */
  readonly periods: number;
  /** In which it had used up its share and was held back. */
  readonly throttled: number;
}

export interface WatchedShare {
  shareCount(): ShareCount | undefined;
  /** Processor time it has had in all, µs; undefined where the kernel does not say. Asked of those that stand back only. */
  usedUs(): number | undefined;
  /** Runs only when nobody wants the processor who does not stand back. Costs nothing when it is so already. */
  standBack(isBehind: boolean): void;
  /** Leaves some processors, on which it does not run at all, to the others. Costs nothing when it is so already. */
  keepOff(isKeptOff: boolean): void;
}

interface Watched {
  /** The last count. */
  readonly count: ShareCount | undefined;
  /** How many looks long it stood back the last time. */
  readonly stay: number;
  /** And how many are left; undefined: it stands in line. */
  readonly left: number | undefined;
  /** What it had used at the last look that found it behind. */
  readonly usedUs: number | undefined;
  /** How much it uses from look to look while it stands back, of late. */
  readonly behindUs: number;
}

const NEW: Watched = { count: undefined, stay: 0, left: undefined, usedUs: undefined, behindUs: 0 };

/**
 * Has groups that use up their share of processor time stand back behind those that do not. A share is given out by
 * the period: without this, a group of many threads has all processors for a third of every period, and whoever is
 * woken meanwhile, for a moment's work, waits. A group that gets no time this way is not held back any more either, and
 * so stands in line again for a look: two that want all they can get still have the same. One that then uses up its share,
 * or more than it got behind the others, stands back twice as long as before; one that does not is free to go.
 *
 * Whoever is woken over those that stand back still waits: the kernel looks at that late where groups of groups are
 * concerned. So these are kept off a processor until they are free to go, as long as others run at all.
 */
export class ShareWatch {
  /** The one that was looked at last stands last. */
  readonly #watched = new Map<WatchedShare, Watched>();
  #timer: NodeJS.Timeout | undefined;
  /** For how many looks yet processors are kept free for others. */
  #keptOff = 0;

  /** It may run from now on. */
  add(group: WatchedShare): void {
    this.#watched.set(group, NEW);
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** It does not, or is no more. */
  remove(group: WatchedShare): void {
    const before = this.#watched.get(group);
    if (before !== undefined && !isGreedy(before)) this.#keptOff = KEPT_OFF;
    this.#watched.delete(group);
  }

  /** It has given another cause to stand back. Nothing if it cannot run anyway. */
  suspect(group: WatchedShare): void {
    const before = this.#watched.get(group);
    if (before === undefined) return;
    const stay = Math.max(before.stay, STAY_OF_SUSPECTS);
    this.#watched.set(group, { ...before, stay, left: stay });
    group.standBack(true);
    group.keepOff(this.#keptOff > 0);
  }

  #look(): void {
    if (this.#watched.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#keptOff = Math.max(0, this.#keptOff - 1);
    let looks = Math.min(this.#watched.size, MOST_LOOKS);
    for (const [group, before] of this.#watched) {
      if ((looks -= 1) < 0) return;
      const usedUs = before.stay > 0 || before.left !== undefined ? group.usedUs() : undefined;
      const after = next(before, group.shareCount(), usedUs);
      this.#watched.delete(group);
      this.#watched.set(group, after);
      // What has not been looked at twice may be anything.
      if (before.count !== undefined && !isGreedy(after)) this.#keptOff = KEPT_OFF;
      group.standBack(after.left !== undefined);
      group.keepOff(isGreedy(after) && this.#keptOff > 0);
    }
  }
}

/** It stands back, or is in line for a trial. */
function isGreedy({ stay, left }: Watched): boolean {
  return stay > 0 || left !== undefined;
}

function next(before: Watched, count: ShareCount | undefined, usedUs: number | undefined): Watched {
  const { stay, left, behindUs } = before;
  if (before.count === undefined || count === undefined) return { ...before, count, usedUs };
  const spentUs = (usedUs ?? 0) - (before.usedUs ?? usedUs ?? 0);
  const looked = { count, stay, left, usedUs, behindUs };
  // While it stands back it uses up its share only where nobody else wants the processor.
  if (wantsAll(before.count, count)) return { ...looked, left: stay };
  if (left === undefined) {
    const wantedMore = stay > 0 && spentUs > MORE * behindUs + LITTLE_US;
    return wantedMore ? { ...looked, left: stay } : { ...looked, stay: 0, behindUs: 0 };
  }
  const average = (behindUs + spentUs) / 2;
  if (left > 0) return { ...looked, left: left - 1, behindUs: average };
  return { ...looked, stay: Math.min(2 * stay + 1, LONGEST_STAY), left: undefined, behindUs: average };
}

/** Held back in most periods in which it ran, and more than once. */
export function wantsAll(before: ShareCount, now: ShareCount): boolean {
  const throttled = now.throttled - before.throttled;
  return throttled > 1 && throttled * 2 > now.periods - before.periods;
}

/** How many times as long as a period of processor time: enough to tell a habit from a moment. */
const LOOK_EVERY_MS = 100;
/** A look costs some microseconds. Where nothing can be frozen there may be hundreds of groups: each has its turn. */
const MOST_LOOKS = 32;
/** The longest that who wants all it can get stands back after it no longer seems to, in looks. */
const LONGEST_STAY = 31;

/** What the kernel has counted for one group, of its periods of processor time. */
export interface ShareCount {
  /** In which something of it ran. */
  readonly periods: number;
  /** In which it had used up its share and was held back. */
  readonly throttled: number;
}

export interface WatchedShare {
  shareCount(): ShareCount | undefined;
  /** Runs only when nobody wants the processor who does not stand back. Costs nothing when it is so already. */
  standBack(isBehind: boolean): void;
}

interface Watched {
  /** The last count. */
  readonly count: ShareCount | undefined;
  /** How many looks long it stood back the last time. */
  readonly stay: number;
  /** And how many are left; undefined: it stands in line. */
  readonly left: number | undefined;
}

const NEW: Watched = { count: undefined, stay: 0, left: undefined };

/**
 * Has groups that use up their share of processor time stand back behind those that do not. A share is given out by
 * the period: without this, a group of many threads has all processors for a third of every period, and whoever is
 * woken meanwhile, for a moment's work, waits. A group that gets no time this way is not held back any more either, and
 * so stands in line again: two that want all they can get still have the same. One that then uses up its share at once
 * stands back twice as long as before.
 */
export class ShareWatch {
  /** The one that was looked at last stands last. */
  readonly #watched = new Map<WatchedShare, Watched>();
  #timer: NodeJS.Timeout | undefined;

  /** It may run from now on. */
  add(group: WatchedShare): void {
    this.#watched.set(group, NEW);
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** It does not, or is no more. */
  remove(group: WatchedShare): void {
    this.#watched.delete(group);
  }

  #look(): void {
    if (this.#watched.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    let looks = Math.min(this.#watched.size, MOST_LOOKS);
    for (const [group, before] of this.#watched) {
      if ((looks -= 1) < 0) return;
      const after = next(before, group.shareCount());
      this.#watched.delete(group);
      this.#watched.set(group, after);
      group.standBack(after.left !== undefined);
    }
  }
}

function next({ count, stay, left }: Watched, now: ShareCount | undefined): Watched {
  if (count === undefined || now === undefined) return { count: now, stay, left };
  const wants = wantsAll(count, now);
  // While it stands back it uses up its share only where nobody else wants the processor.
  if (wants) return { count: now, stay, left: stay };
  if (left === undefined) return { count: now, stay: 0, left };
  if (left > 0) return { count: now, stay, left: left - 1 };
  return { count: now, stay: Math.min(2 * stay + 1, LONGEST_STAY), left: undefined };
}

/** Held back in most periods in which it ran, and more than once. */
export function wantsAll(before: ShareCount, now: ShareCount): boolean {
  const throttled = now.throttled - before.throttled;
  return throttled > 1 && throttled * 2 > now.periods - before.periods;
}

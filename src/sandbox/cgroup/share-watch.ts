/** How many times as long as a period of processor time: enough to tell a habit from a moment. */
const LOOK_EVERY_MS = 100;
/** A look costs some microseconds. Where nothing can be frozen there may be hundreds of groups: each has its turn. */
const MOST_LOOKS = 32;

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

/**
 * Has groups that use up their share of processor time stand back behind those that do not. A share is given out by
 * the period: without this, a group of many threads has all processors for a third of every period, and whoever is
 * woken meanwhile, for a moment's work, waits. A group that gets no time this way is not held back any more either, and
 * so stands in line again: two that want all they can get still have the same.
 */
export class ShareWatch {
  /** With the last count; the one that was looked at last stands last. */
  readonly #watched = new Map<WatchedShare, ShareCount | undefined>();
  #timer: NodeJS.Timeout | undefined;

  /** It may run from now on. */
  add(group: WatchedShare): void {
    this.#watched.set(group, undefined);
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
      const now = group.shareCount();
      this.#watched.delete(group);
      this.#watched.set(group, now);
      if (before !== undefined && now !== undefined) group.standBack(wantsAll(before, now));
    }
  }
}

/** Held back in most periods in which it ran, and more than once. */
export function wantsAll(before: ShareCount, now: ShareCount): boolean {
  const throttled = now.throttled - before.throttled;
  return throttled > 1 && throttled * 2 > now.periods - before.periods;
}

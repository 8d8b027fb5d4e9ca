import type { Clock } from '../../../model/clock.ts';
import type { Store } from '../../../store/store.ts';
import type { EventsDirectory } from '../events-directory.ts';
import { removeOldReplays } from '../replays/replay-rows.ts';
import { removeArchived } from './archived-events.ts';
import { keptSinceMs } from './stored-archive.ts';

interface SweepOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly directory: EventsDirectory;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

const INTERVAL_MS = 3_600_000;
/** Events of an archive that was just deleted may still be on their way in. */
const DISCARD_MS = 3_600_000;
/** Rows in one write: others have to get in between. */
const MOST_ROWS = 1_000;
const REPLAYS_KEPT_MS = 90 * 86_400_000;

/** Removes what archives need not keep any longer, and replays that ended long ago. Sleeps while there is nothing of it. */
export class ArchiveSweep {
  readonly #options: SweepOptions;
  #isStarted = false;
  #cancel: (() => void) | undefined;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(options: SweepOptions) {
    this.#options = options;
    const soon = (): void => this.#arm(0);
    options.store.changes.subscribe('event-archive', soon);
    options.store.changes.subscribe('event-replay', () => this.#arm(INTERVAL_MS));
  }

  start(): void {
    this.#isStarted = true;
    this.#arm(0);
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#sweeping;
  }

  #arm(delayMs: number): void {
    if (!this.#isStarted || (delayMs > 0 && this.#cancel !== undefined)) return;
    this.#cancel?.();
    this.#cancel = this.#options.clock.schedule(delayMs, async () => {
      this.#cancel = undefined;
      // One after the other.
      this.#sweeping = this.#sweeping.then(async () => await this.#sweepAndArm());
      await this.#sweeping;
    });
  }

  async #sweepAndArm(): Promise<void> {
    if (!this.#isStarted) return;
    let hasMore = true;
    try {
      hasMore = await this.#sweep();
    } catch (error) {
      this.#options.onNotice(`Archives of events could not be swept: ${String(error)}`);
    }
    if (hasMore) this.#arm(INTERVAL_MS);
  }

  /** @returns whether there will be something to sweep later */
  async #sweep(): Promise<boolean> {
    const { store, clock, directory } = this.#options;
    const nowMs = clock.now();
    const archives = [...directory.archives()];
    for (const archive of archives) await this.#remove(archive.id, keptSinceMs(archive, nowMs));
    const discarded = await store.db.selectFrom('events_discarded_archives').selectAll().execute();
    for (const { archive_id: id, discarded_at_ms: discardedAtMs } of discarded) {
      await this.#remove(id, Number.MAX_SAFE_INTEGER);
      if (discardedAtMs + DISCARD_MS > nowMs || !this.#isStarted) continue;
      await store.write(
        async (tx) => await tx.deleteFrom('events_discarded_archives').where('archive_id', '=', id).execute(),
      );
    }
    const replaysLeft = await removeOldReplays(store, nowMs - REPLAYS_KEPT_MS);
    return archives.length > 0 || discarded.length > 0 || replaysLeft;
  }

  async #remove(archiveId: string, beforeMs: number): Promise<void> {
    if (beforeMs === 0) return;
    const { store } = this.#options;
    let hasMore = true;
    while (hasMore && this.#isStarted) {
      hasMore = await store.write(async (tx) => await removeArchived(tx, archiveId, beforeMs, MOST_ROWS));
    }
  }
}

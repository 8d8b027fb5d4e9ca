import type { Transaction } from 'kysely';
import type { AsyncEvent } from '../../model/async-event.ts';
import type { Clock } from '../../model/clock.ts';
import { BatchedWrites } from '../../store/batched-writes.ts';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { insertEvents, type NewEvent, putBackEvent, removeEvents } from './async-event-rows.ts';

/** What happens to events on disk. */
export type JournalEntry =
  | ({ readonly kind: 'insert' } & NewEvent)
  /** Done with; in the same transaction the events that follow from it are accepted. */
  | { readonly kind: 'settle'; readonly id: string; readonly followers: readonly AsyncEvent[] }
  /** For a later attempt. */
  | { readonly kind: 'put-back'; readonly event: AsyncEvent };

interface JournalOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly owner: string;
  readonly onNotice: (message: string) => void;
}

/** After the store has failed. */
export const STORE_RETRY_MS = 1_000;

/**
 * Writes events in batches: what is asked for while one batch goes to disk makes up the next one, so the cost of a
 * transaction and of its wait for the disk is shared by all who wait.
 */
export class AsyncJournal {
  readonly #options: JournalOptions;
  readonly #writes: BatchedWrites<JournalEntry, undefined>;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#writes = new BatchedWrites({
      store: options.store,
      size,
      write: async (tx, entries) => {
        await write(tx, entries, options.owner);
        return entries.map(() => undefined);
      },
    });
  }

  /** Resolves when the entry is on disk. */
  async add(entry: JournalEntry): Promise<void> {
    await this.#writes.add(entry);
  }

  /** As `add`, but while the store fails it tries again, until `isOver`. */
  async insist(entry: JournalEntry, isOver: () => boolean): Promise<void> {
    const { clock, onNotice } = this.#options;
    for (;;) {
      try {
        return await this.add(entry);
      } catch (error) {
        onNotice(`An event could not be written: ${String(error)}`);
      }
      if (isOver()) return;
      await new Promise<void>((resolve) => clock.schedule(STORE_RETRY_MS, resolve));
      if (isOver()) return;
    }
  }
}

async function write(
  tx: Transaction<Database>,
  entries: readonly JournalEntry[],
  owner: string,
): Promise<void> {
  const inserts: NewEvent[] = [];
  const followers = new Map<string, readonly AsyncEvent[]>();
  const putBack: Promise<void>[] = [];
  for (const entry of entries) {
    if (entry.kind === 'insert') inserts.push(entry);
    else if (entry.kind === 'settle') followers.set(entry.id, entry.followers);
    else putBack.push(putBackEvent(tx, entry.event, owner));
  }
  const [removed] = await Promise.all([
    removeEvents(tx, [...followers.keys()], owner),
    insertEvents(tx, inserts),
    ...putBack,
  ]);
  // Another platform settles what it has taken over: what follows from it is accepted once.
  const accepted = [...removed].flatMap((id) => followers.get(id) ?? []);
  await insertEvents(
    tx,
    accepted.map((event) => ({ event, claim: undefined })),
  );
}

function size(entry: JournalEntry): number {
  if (entry.kind === 'insert') return entry.event.payload.length;
  if (entry.kind === 'put-back') return 0;
  return entry.followers.reduce((sum, event) => sum + event.payload.length, 0);
}

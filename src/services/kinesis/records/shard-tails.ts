import type { Clock } from '../../../model/clock.ts';
import type { Store } from '../../../store/store.ts';
import type { ShardKey } from './record-reader.ts';

interface TailsOptions {
  readonly store: Store;
  readonly clock: Clock;
}

interface Tail {
  /** The last place that is on disk, as far as anybody has heard; undefined until somebody has looked. */
  place: number | undefined;
  readonly waiting: Set<() => void>;
}

/** How to look at a shard that somebody waits for. */
export interface ShardLook {
  /** Whether it is there and takes records. */
  readonly isOpen: () => Promise<boolean>;
  /** The last place that is on disk; undefined when the shard is gone. */
  readonly lastPlace: () => Promise<number | undefined>;
}

/** Other platforms' records are looked for so often while somebody waits. */
const LOOK_ROUND_MS = 500;
/** Shards of one question. */
const CHUNK = 500;

/**
 * Where shards end, and who waits there. What this platform writes is heard of at once; in a shared database one question
 * for all who wait asks for what others have written.
 */
export class ShardTails {
  readonly #options: TailsOptions;
  /** By stream, then by shard. */
  readonly #tails = new Map<number, Map<number, Tail>>();
  #cancelLook: (() => void) | undefined;

  constructor(options: TailsOptions) {
    this.#options = options;
  }

  /** Nothing is behind this place for sure: a reader need not ask the database. */
  isAtEnd({ streamId, shard }: ShardKey, place: number): boolean {
    if (this.#options.store.engine === 'postgres') return false;
    return this.#tails.get(streamId)?.get(shard)?.place === place;
  }

  /** Records up to this place are on disk. */
  hearOf(shard: ShardKey, place: number): void {
    const tail = this.#tailOf(shard);
    tail.place = Math.max(tail.place ?? 0, place);
    this.#wake(tail);
  }

  /** Something else about the stream has changed: its shards may be closed, or it is gone. */
  wakeStream(streamId: number): void {
    for (const tail of this.#tails.get(streamId)?.values() ?? []) this.#wake(tail);
  }

  forget(streamId: number): void {
    this.wakeStream(streamId);
    this.#tails.delete(streamId);
  }

  /** Wakes everybody and forgets everything. */
  clear(): void {
    for (const streamId of this.#tails.keys()) this.forget(streamId);
    this.#cancelLook?.();
    this.#cancelLook = undefined;
  }

  /**
   * Resolves when there may be something behind this place, at once where there is. Whoever waits hears of everything that
   * comes from this call on, and of the shard's end: it is looked at once that would be heard of.
   */
  async wait(shard: ShardKey, place: number, signal: AbortSignal, look: ShardLook): Promise<void> {
    const tail = this.#tailOf(shard);
    const woken = Promise.withResolvers<void>();
    const wake = (): void => woken.resolve();
    tail.waiting.add(wake);
    signal.addEventListener('abort', wake);
    try {
      if (signal.aborted || !(await look.isOpen())) return;
      if (tail.place === undefined || this.#options.store.engine === 'postgres') {
        const found = await look.lastPlace();
        if (found === undefined) return;
        tail.place = Math.max(tail.place ?? 0, found);
      }
      if (tail.place > place) return;
      this.#lookRound();
      await woken.promise;
    } finally {
      tail.waiting.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }

  #wake(tail: Tail): void {
    for (const wake of tail.waiting) wake();
    tail.waiting.clear();
  }

  #tailOf({ streamId, shard }: ShardKey): Tail {
    const shards = this.#tails.get(streamId) ?? new Map<number, Tail>();
    this.#tails.set(streamId, shards);
    const tail = shards.get(shard) ?? { place: undefined, waiting: new Set() };
    shards.set(shard, tail);
    return tail;
  }

  #lookRound(): void {
    const { store, clock } = this.#options;
    if (store.engine !== 'postgres' || this.#cancelLook !== undefined) return;
    this.#cancelLook = clock.schedule(LOOK_ROUND_MS, async () => {
      this.#cancelLook = undefined;
      await this.#look();
      if (this.#awaited().length > 0) this.#lookRound();
    });
  }

  #awaited(): { streamId: number; shard: number; tail: Tail }[] {
    return [...this.#tails].flatMap(([streamId, shards]) =>
      [...shards]
        .filter(([, tail]) => tail.waiting.size > 0)
        .map(([shard, tail]) => ({ streamId, shard, tail })),
    );
  }

  async #look(): Promise<void> {
    const awaited = this.#awaited();
    for (let next = 0; next < awaited.length; next += CHUNK) {
      const chunk = awaited.slice(next, next + CHUNK);
      const rows = await this.#options.store.db
        .selectFrom('kinesis_shards')
        .select(['stream_id', 'number', 'next_place', 'closed_at_ms'])
        .where((eb) =>
          eb.or(
            chunk.map(({ streamId, shard }) =>
              eb.and([eb('stream_id', '=', streamId), eb('number', '=', shard)]),
            ),
          ),
        )
        .execute();
      for (const { streamId, shard, tail } of chunk) {
        const row = rows.find(({ stream_id: id, number }) => id === streamId && number === shard);
        const isSame = row?.closed_at_ms === null && row.next_place - 1 <= (tail.place ?? 0);
        if (row !== undefined) tail.place = Math.max(tail.place ?? 0, row.next_place - 1);
        if (!isSame) this.#wake(tail);
      }
    }
  }
}

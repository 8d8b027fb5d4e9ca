import { before, evenStarts, type HashKey, HIGHEST_HASH, LOWEST_HASH } from './hash-key.ts';
import type { StoredShard } from './stored-shard.ts';

/** A shard that a change opens. One that is closed again by the same change was never written to. */
export type NewShard = Omit<StoredShard, 'endPlace'>;

/** What a change of a stream's shards comes to. */
export interface Resharding {
  /** Numbers of shards that were there and are closed now. */
  readonly closed: readonly number[];
  /** In the order of their numbers. */
  readonly opened: readonly NewShard[];
}

type OpenShard = Pick<StoredShard, 'number' | 'start' | 'end' | 'epoch'>;

/** Splits and merges shards one by one, as AWS does for a new shard count too. */
export class Resharder {
  readonly #nowMs: number;
  readonly #closed: number[] = [];
  readonly #opened = new Map<number, NewShard>();
  #nextNumber: number;

  /** @param nextNumber of the first shard it opens */
  constructor(nextNumber: number, nowMs: number) {
    this.#nextNumber = nextNumber;
    this.#nowMs = nowMs;
  }

  get result(): Resharding {
    return { closed: this.#closed, opened: [...this.#opened.values()] };
  }

  /** @param at where the second child begins: behind the shard's first place */
  split(shard: OpenShard, at: HashKey): [NewShard, NewShard] {
    this.#close(shard);
    return [
      this.#open(shard.start, before(at), shard, undefined),
      this.#open(at, shard.end, shard, undefined),
    ];
  }

  /** Two neighbours, in either order. */
  merge(one: OpenShard, other: OpenShard): NewShard {
    this.#close(one);
    this.#close(other);
    const [lower, upper] = one.start < other.start ? [one, other] : [other, one];
    return this.#open(lower.start, upper.end, one, other);
  }

  #open(start: HashKey, end: HashKey, parent: OpenShard, other: OpenShard | undefined): NewShard {
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    const highest = Math.max(parent.epoch, other?.epoch ?? 0);
    const opened: NewShard = {
      number,
      start,
      end,
      parent: parent.number,
      adjacentParent: other?.number,
      openedAtMs: this.#nowMs,
      epoch: Math.max(Math.floor(this.#nowMs / 1000), highest + 1),
      closedAtMs: undefined,
    };
    this.#opened.set(number, opened);
    return opened;
  }

  #close({ number }: OpenShard): void {
    const own = this.#opened.get(number);
    if (own === undefined) this.#closed.push(number);
    else this.#opened.set(number, { ...own, closedAtMs: this.#nowMs });
  }
}

/** The shards a stream begins with, of equal size. */
export function firstShards(count: number, nowMs: number): NewShard[] {
  const starts = evenStarts(count);
  return starts.map((start, number) => {
    const next = starts[number + 1];
    return {
      number,
      start,
      end: next === undefined ? HIGHEST_HASH : before(next),
      parent: undefined,
      adjacentParent: undefined,
      openedAtMs: nowMs,
      epoch: Math.floor(nowMs / 1000),
      closedAtMs: undefined,
    };
  });
}

/**
 * Brings open shards to `count` of equal size: splits where a new one begins, then merges what lies between.
 * @param open in the order of their places
 */
export function rescale(
  open: readonly OpenShard[],
  count: number,
  nextNumber: number,
  nowMs: number,
): Resharding {
  const starts = evenStarts(count);
  const resharder = new Resharder(nextNumber, nowMs);
  const pieces = cut(resharder, open, starts);
  let next = 0;
  for (const [index] of starts.entries()) {
    const end = starts[index + 1];
    let whole = pieces[next];
    next += 1;
    for (; next < pieces.length && isBefore(pieces[next]?.start, end); next += 1) {
      const piece = pieces[next];
      if (whole !== undefined && piece !== undefined) whole = resharder.merge(whole, piece);
    }
  }
  return resharder.result;
}

/** The open shards, split where a new one begins. */
function cut(resharder: Resharder, open: readonly OpenShard[], starts: readonly HashKey[]): OpenShard[] {
  const pieces: OpenShard[] = [];
  let next = 0;
  for (const shard of open) {
    let rest = shard;
    for (; next < starts.length; next += 1) {
      const at = starts[next];
      if (at === undefined || at > rest.end) break;
      if (at <= rest.start) continue;
      const [piece, more] = resharder.split(rest, at);
      pieces.push(piece);
      rest = more;
    }
    pieces.push(rest);
  }
  return pieces;
}

function isBefore(start: HashKey = LOWEST_HASH, end: HashKey | undefined): boolean {
  return end === undefined || start < end;
}

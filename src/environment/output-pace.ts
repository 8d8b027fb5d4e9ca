import type { Readable } from 'node:stream';

/**
 * What it costs the platform to read something with a log line in it, and that whoever waited to write then takes the
 * processor. What each line costs, whatever its size, and each of its bytes: measured, roughly.
 */
const READ_NS = 10_000;
const LINE_NS = 2000;
const BYTE_NS = 2;
/** The same of a request to the environment's APIs that asks for nothing, and of a connection to them. */
const REQUEST_NS = 100_000;
const REQUEST_BYTE_NS = 0.5;
const CONNECTION_NS = 50_000;
/** After this much everybody else has a turn. One piece of output may hold many lines: it can take several times that. */
const SLICE_NS = 150_000;
/** An environment that has cost this much is made to wait, unless that was spread over a round. */
const BUDGET_NS = 1_000_000;
/** All floods together get a third of the platform's time: with several of them each has a longer round. */
const ROUND_MS = 3;
/** How much is handled at once: many short lines in one large piece would hold up everybody else. */
const PIECE_BYTES = 4096;
/** Where lines have turned out to be short. */
const SMALL_PIECE_BYTES = 256;
/** The most that is read at once. */
const READ_BYTES = 64 * 1024;

/**
 * What is put back of a piece of a stream's output: a copy, as a channel's bytes are gone when its listener returns. It
 * comes first when the stream is read again, so there is one at a time, and all have the same memory.
 */
class Rest {
  #memory: Buffer | undefined;

  of(chunk: Buffer, start: number): Buffer {
    const rest = chunk.subarray(start);
    if (chunk.buffer === this.#memory?.buffer) return rest;
    if (rest.length > READ_BYTES) return Buffer.from(rest);
    this.#memory ??= Buffer.allocUnsafeSlow(READ_BYTES);
    return this.#memory.subarray(0, rest.copy(this.#memory));
  }
}

/** What comes with output in one stream and is none, the most of it: the platform need not be protected from that. */
export interface Bulk {
  /** So many of the next bytes are such. */
  readonly awaited: () => number;
  /** Nothing that was read waits, and more of it is there. May read from the stream's descriptor. */
  readonly readOn: () => void;
}

interface Reading {
  readonly handle: (bytes: Buffer) => void;
  readonly bulk: Bulk | undefined;
  readonly rest: Rest;
}

/** Counts the floods of the whole platform. */
export class OutputPacing {
  floods = 0;
}

/**
 * Keeps the output of one environment from taking the platform's time. What it costs is added up; after each slice
 * everybody else has a turn, and over the budget its pipes are left unread for a while, so that whoever writes has to
 * wait. Nothing is lost. Costs nanoseconds a line.
 */
export class OutputPace {
  readonly #pacing: OutputPacing;
  readonly #onFlood: () => void;
  readonly #streams = new Set<Readable>();
  #spentNs = 0;
  #sliceNs = 0;
  #isFlood = false;
  #isNewRead = false;
  #pieceBytes = PIECE_BYTES;
  #roundBeganAt = performance.now();
  /** What is being read now, and what was when all were left unread. */
  #current: Readable | undefined;
  #last: Readable | undefined;
  #resumed: PromiseWithResolvers<void> | undefined;

  /** @param onFlood it is made to wait, for a round */
  constructor(pacing: OutputPacing, onFlood: () => void) {
    this.#pacing = pacing;
    this.#onFlood = onFlood;
  }

  /** Resolves when the pipes are read again; undefined while they are. */
  get resumed(): Promise<void> | undefined {
    return this.#resumed?.promise;
  }

  /**
   * Reads a stream that carries output, until its writer has ended.
   * @param handle takes a piece of it, in order; its bytes are valid until it returns
   */
  read(stream: Readable, handle: (bytes: Buffer) => void, bulk?: Bulk): void {
    const rest = new Rest();
    this.#streams.add(stream);
    if (this.#resumed !== undefined) stream.pause();
    stream.on('data', (chunk: Buffer) => {
      this.#isNewRead = true;
      this.#current = stream;
      if (chunk.length <= this.#pieceBytes) handle(chunk);
      else this.#handlePieces(stream, chunk, { handle, bulk, rest });
      this.#current = undefined;
      const isMore = chunk.length === READ_BYTES && bulk !== undefined && bulk.awaited() > 0;
      if (isMore && !stream.isPaused() && stream.readableLength === 0) bulk.readOn();
    });
  }

  /** The writer has ended: what is left is read at once. */
  release(stream: Readable): void {
    this.#streams.delete(stream);
    stream.resume();
  }

  addLine(): void {
    this.#spend(this.#isNewRead ? READ_NS + LINE_NS : LINE_NS);
    this.#isNewRead = false;
  }

  addBytes(count: number): void {
    this.#spend(count * BYTE_NS);
  }

  addRequest(bytes: number): void {
    this.#spend(REQUEST_NS + bytes * REQUEST_BYTE_NS);
  }

  addConnection(): void {
    this.#spend(CONNECTION_NS);
  }

  addTime(ms: number): void {
    this.#spend(ms * 1_000_000);
  }

  #handlePieces(stream: Readable, chunk: Buffer, { handle, bulk, rest }: Reading): void {
    let start = 0;
    while (start < chunk.length) {
      if (this.#resumed !== undefined && this.#streams.has(stream)) {
        // Somebody else may have had it read on, as before a kill: what is put back would come again at once.
        stream.pause();
        stream.unshift(rest.of(chunk, start));
        return;
      }
      const end = start + Math.max(this.#pieceBytes, bulk?.awaited() ?? 0);
      handle(chunk.subarray(start, end));
      start = end;
    }
  }

  #spend(costNs: number): void {
    this.#spentNs += costNs;
    this.#sliceNs += costNs;
    if (this.#spentNs >= BUDGET_NS && !this.#isFlood) {
      this.#isFlood = true;
      this.#pacing.floods += 1;
      this.#onFlood();
    }
    if (this.#sliceNs < SLICE_NS || this.#resumed !== undefined) return;
    this.#resumed = Promise.withResolvers();
    this.#last = this.#current;
    for (const stream of this.#streams) stream.pause();
    // The rest of the piece in hand counts as well.
    setImmediate(() => this.#endSlice());
  }

  #endSlice(): void {
    this.#pieceBytes = this.#sliceNs > 2 * SLICE_NS ? SMALL_PIECE_BYTES : PIECE_BYTES;
    this.#sliceNs = 0;
    if (this.#isFlood) this.#wait();
    else this.#resume();
  }

  #wait(): void {
    const roundMs = (this.#spentNs / BUDGET_NS) * ROUND_MS * this.#pacing.floods;
    const leftMs = this.#roundBeganAt + roundMs - performance.now();
    if (leftMs > 0) setTimeout(() => this.#endRound(), leftMs).unref();
    else this.#endRound();
  }

  #endRound(): void {
    this.#pacing.floods -= 1;
    this.#isFlood = false;
    this.#spentNs = 0;
    this.#roundBeganAt = performance.now();
    this.#resume();
  }

  #resume(): void {
    const resumed = this.#resumed;
    // It comes behind the others, which it would never let come if it could begin.
    const last = this.#streams.size > 1 ? this.#last : undefined;
    this.#resumed = undefined;
    for (const stream of this.#streams) if (stream !== last) stream.resume();
    if (last !== undefined) setImmediate(() => this.#resumeLast(last));
    resumed?.resolve();
  }

  #resumeLast(stream: Readable): void {
    if (this.#resumed === undefined || !this.#streams.has(stream)) stream.resume();
  }
}

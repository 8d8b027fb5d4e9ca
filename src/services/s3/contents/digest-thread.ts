import { Worker } from 'node:worker_threads';
import type { ChecksumAlgorithm } from '../../../aws/checksums/checksum-algorithms.ts';
import type { DigestAnswer, DigestRequest } from './digest-messages.ts';

const BLOCK_BYTES = 256 * 1024;
/** So many blocks of a body may wait for the thread: it is ahead of a client, or behind one. */
const MOST_BLOCKS = 4;
/** Blocks that are kept for the next body; the others are the collector's. */
const KEPT_BLOCKS = 32;

interface Waiting {
  readonly onBlock: (block: SharedArrayBuffer) => void;
  readonly onDigests: (digests: readonly Uint8Array[]) => void;
  readonly onFailure: (error: Error) => void;
}

/** A thread that computes digests of bodies, so that whoever else is served need not wait for it. */
class DigestThread {
  readonly #worker: Worker;
  readonly #bodies = new Map<number, Waiting>();
  #last = 0;

  /** @param onGone it has failed, and every body in hand with it */
  constructor(onGone: () => void) {
    const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.bundle.js';
    this.#worker = new Worker(new URL(`./digest-worker${extension}`, import.meta.url), {
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    });
    // Those who wait for it are connections, which keep the process.
    this.#worker.unref();
    this.#worker.on('message', (answer: DigestAnswer) => {
      const waiting = this.#bodies.get(answer.body);
      if ('block' in answer) waiting?.onBlock(answer.block);
      else {
        this.#bodies.delete(answer.body);
        waiting?.onDigests(answer.digests);
      }
    });
    this.#worker.on('error', (error) => {
      onGone();
      for (const { onFailure } of this.#bodies.values())
        onFailure(error instanceof Error ? error : new Error(String(error)));
    });
  }

  begin(algorithms: readonly ChecksumAlgorithm[], waiting: Waiting): number {
    const body = (this.#last += 1);
    this.#bodies.set(body, waiting);
    this.send({ body, begin: algorithms });
    return body;
  }

  send(request: DigestRequest): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(request);
  }
}

let running: DigestThread | undefined;

/** It is started when it is needed first. One does 470 MB/s of MD5 and CRC64NVME: more would be more memory. */
function thread(): DigestThread {
  running ??= new DigestThread(() => {
    running = undefined;
  });
  return running;
}

const blocks: SharedArrayBuffer[] = [];

/** Digests of a body that a thread computes while it streams by. */
export class ThreadedDigests {
  readonly #thread = thread();
  readonly #body: number;
  readonly #digests = Promise.withResolvers<readonly Uint8Array[]>();
  #block: Buffer | undefined;
  #filled = 0;
  /** Blocks the thread has. */
  #away = 0;
  #room: PromiseWithResolvers<void> | undefined;
  /** Of the thread. */
  #failure: Error | undefined;

  constructor(algorithms: readonly ChecksumAlgorithm[]) {
    // Whoever gives a body up does not ask.
    this.#digests.promise.catch(() => {});
    this.#body = this.#thread.begin(algorithms, {
      onBlock: (block) => this.#takeBack(block),
      onDigests: this.#digests.resolve,
      onFailure: (error) => {
        this.#failure = error;
        this.#digests.reject(error);
        this.#room?.reject(error);
      },
    });
  }

  /** Copies the bytes. Undefined while there is room: only what is a promise has to be waited for. */
  update(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    for (let at = 0; at < bytes.length; ) {
      this.#block ??= Buffer.from(blocks.pop() ?? new SharedArrayBuffer(BLOCK_BYTES));
      const piece = bytes.subarray(at, at + this.#block.length - this.#filled);
      this.#block.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === this.#block.length) this.#sendBlock(this.#block);
    }
    if (this.#away < MOST_BLOCKS) return undefined;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  /** In the order of the algorithms. Also for a body that is given up. */
  async finish(): Promise<readonly Uint8Array[]> {
    if (this.#block !== undefined) this.#sendBlock(this.#block);
    this.#thread.send({ body: this.#body, end: true });
    return await this.#digests.promise;
  }

  #sendBlock({ buffer }: Buffer): void {
    if (!(buffer instanceof SharedArrayBuffer)) return;
    this.#thread.send({ body: this.#body, block: buffer, length: this.#filled });
    this.#away += 1;
    this.#block = undefined;
    this.#filled = 0;
  }

  #takeBack(block: SharedArrayBuffer): void {
    this.#away -= 1;
    if (blocks.length < KEPT_BLOCKS) blocks.push(block);
    if (this.#away >= MOST_BLOCKS) return;
    this.#room?.resolve();
    this.#room = undefined;
  }
}

import { readSync } from 'node:fs';
import type { Socket } from 'node:net';
import { descriptorOf } from '../model/socket-descriptor.ts';

/** What the requests under way on all connections may take together. What does not fit is node:http's. */
const MOST_BYTES = 256 * 1024 * 1024;
/** A body that takes longer to come is node:http's, which knows when it has taken too long. */
const SLOW_MS = 1000;
/** What Node reads at once: a chunk of that size is seldom the last. */
const READ_BYTES = 64 * 1024;

/** Room for requests that have begun to come. */
export class GatheringRoom {
  #left = MOST_BYTES;

  /** @returns undefined when there is no room for it */
  begin(begun: Buffer, size: number, onSlow: () => void): Gathering | undefined {
    if (size > this.#left) return undefined;
    this.#left -= size;
    const slow = setTimeout(onSlow, SLOW_MS);
    return new Gathering(begun, size, () => {
      clearTimeout(slow);
      this.#left += size;
    });
  }
}

/** A request whose head is there, and whose body is still coming, in memory of its final size. */
export class Gathering {
  readonly #bytes: Buffer;
  readonly #onTaken: () => void;
  #filled = 0;

  constructor(begun: Buffer, size: number, onTaken: () => void) {
    // Memory that nobody touches yet takes none.
    this.#bytes = Buffer.allocUnsafeSlow(size);
    this.#onTaken = onTaken;
    this.add(begun);
  }

  get isWhole(): boolean {
    return this.#filled === this.#bytes.length;
  }

  /** @returns how many of these bytes belong to it */
  add(chunk: Buffer): number {
    const copied = chunk.copy(this.#bytes, this.#filled);
    this.#filled += copied;
    return copied;
  }

  /**
   * After a chunk that Node has read: what else is there comes straight to its place, not by way of a chunk for every
   * 64 KB and a copy of it.
   */
  readOn(socket: Socket, chunk: Buffer): void {
    // What the stream has kept, because it was paused, comes before what is still to be read.
    if (socket.readableLength > 0) return;
    const descriptor = descriptorOf(socket);
    if (descriptor < 0 || chunk.length < READ_BYTES || this.isWhole) return;
    try {
      this.#filled += readSync(
        descriptor,
        this.#bytes,
        this.#filled,
        this.#bytes.length - this.#filled,
        null,
      );
    } catch {
      // Nothing was there; of errors the stream tells.
    }
  }

  /** What has come. To be called once, at the end. */
  take(): Buffer {
    this.#onTaken();
    return this.isWhole ? this.#bytes : this.#bytes.subarray(0, this.#filled);
  }
}

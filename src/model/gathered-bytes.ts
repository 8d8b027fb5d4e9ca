import { readSync } from 'node:fs';
import type { Socket } from 'node:net';
import { descriptorOf } from './socket-descriptor.ts';

/** What Node reads at once: a chunk of that size is seldom the last. */
const READ_BYTES = 64 * 1024;

/** A message whose size is known and which is still coming, in memory of that size. */
export class GatheredBytes {
  readonly #bytes: Buffer;
  #filled = 0;

  /** @param begun what has come of it */
  constructor(begun: Buffer, size: number) {
    // Memory that nobody touches yet takes none.
    this.#bytes = Buffer.allocUnsafeSlow(size);
    this.add(begun);
  }

  get isWhole(): boolean {
    return this.missing === 0;
  }

  /** So many bytes have yet to come. */
  get missing(): number {
    return this.#bytes.length - this.#filled;
  }

  /** What has come. */
  get bytes(): Buffer {
    return this.isWhole ? this.#bytes : this.#bytes.subarray(0, this.#filled);
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
      this.#filled += readSync(descriptor, this.#bytes, this.#filled, this.missing, null);
    } catch {
      // Nothing was there; of errors the stream tells.
    }
  }
}

import { writeSync } from 'node:fs';
import type { Duplex } from 'node:stream';

/** Node has no public way to ask a socket for its descriptor; where it is not found, writes take the stream's way. */
interface WithHandle {
  readonly _handle?: { readonly fd?: number } | null;
}

/**
 * Writes to a channel in one system call and nothing else: a stream's bookkeeping (request object, callback, next tick)
 * costs as much as the call itself. What the socket's buffer does not take goes through the stream, in order.
 */
export class ChannelWriter {
  readonly #channel: Duplex;

  constructor(channel: Duplex) {
    this.#channel = channel;
  }

  write(bytes: Buffer): void {
    const written = this.#writeNow(bytes, bytes.length);
    if (written === bytes.length) return;
    this.#channel.write(written === 0 ? bytes : bytes.subarray(written));
  }

  /**
   * The same for the beginning of memory that is used again.
   * @returns false when the system has not taken all of it yet
   */
  writeFrom(memory: Buffer, length: number): boolean {
    const written = this.#writeNow(memory, length);
    if (written === length) return true;
    this.#channel.write(Buffer.from(memory.subarray(written, length)));
    return false;
  }

  /** How many bytes the system took: none when its buffer is full, something else waits, or the other end is gone. */
  #writeNow(bytes: Buffer, length: number): number {
    if (this.#channel.writableLength !== 0) return 0;
    // Looked up each time: a closed socket's descriptor may belong to somebody else by now.
    // oxlint-disable-next-line no-underscore-dangle -- Node's own name
    const descriptor = (this.#channel as WithHandle)._handle?.fd;
    if (descriptor === undefined || descriptor < 0) return 0;
    try {
      return writeSync(descriptor, bytes, 0, length);
    } catch {
      // The stream meets the same error and reports it to whoever listens.
      return 0;
    }
  }
}

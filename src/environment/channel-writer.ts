import { writeSync } from 'node:fs';
import type { Duplex } from 'node:stream';

interface Handle {
  readonly fd?: number;
}

/** Node has no public way to ask a socket for its descriptor; where it is not found, writes take the stream's way. */
interface WithHandle {
  readonly _handle?: Handle | null;
}

/**
 * Writes to a channel in one system call and nothing else: a stream's bookkeeping (request object, callback, next tick)
 * costs as much as the call itself. What the socket's buffer does not take goes through the stream, in order.
 */
export class ChannelWriter {
  readonly #channel: Duplex;
  /** Whose descriptor is known: to ask for it costs a call into Node. */
  #handle: Handle | null | undefined;
  #descriptor = -1;

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
    // A closed socket has lost its handle: its descriptor may belong to somebody else by now.
    // oxlint-disable-next-line no-underscore-dangle -- Node's own name
    const handle = (this.#channel as WithHandle)._handle;
    if (handle !== this.#handle) {
      this.#handle = handle;
      this.#descriptor = handle?.fd ?? -1;
    }
    if (this.#descriptor < 0) return 0;
    try {
      return writeSync(this.#descriptor, bytes, 0, length);
    } catch {
      // The stream meets the same error and reports it to whoever listens.
      return 0;
    }
  }
}

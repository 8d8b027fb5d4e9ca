import type { Socket } from 'node:net';

/** Above this, what a client sends ahead of its answers waits in the kernel. */
const MOST_BYTES = 64 * 1024;
const NONE: Buffer = Buffer.alloc(0);

/** What came on a connection and has to wait for its turn. */
export class PendingBytes {
  #bytes = NONE;
  #isClosed = false;

  get isEmpty(): boolean {
    return this.#bytes.length === 0;
  }

  keep(socket: Socket, bytes: Buffer): void {
    if (this.#isClosed) return;
    this.#bytes = this.isEmpty ? bytes : Buffer.concat([this.#bytes, bytes]);
    if (this.#bytes.length > MOST_BYTES) socket.pause();
  }

  /** A connection that was paused stays so. */
  take(): Buffer {
    const bytes = this.#bytes;
    this.#bytes = NONE;
    return bytes;
  }

  /** What came and what comes is of no use. */
  close(): void {
    this.#isClosed = true;
    this.#bytes = NONE;
  }
}

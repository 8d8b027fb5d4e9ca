import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dateLine } from '../model/date-line.ts';
import { reclaim } from '../model/spent-memory.ts';
import { descriptorOf } from '../model/socket-descriptor.ts';

/** Larger answers go through the stream, without a copy of their body. */
const COPIED_BYTES = 16 * 1024;
/** Every answer is put together here: it has left when `writeAnswer` returns. */
const whole = Buffer.allocUnsafeSlow(COPIED_BYTES);

/**
 * Writes an answer in one system call and nothing else: a stream's bookkeeping costs half as much as the call. What
 * the system does not take goes through the stream, in order.
 * @param head one byte for each character
 * @param body the same, where it is text
 * @returns false when the client is behind with reading
 */
export function writeAnswer(socket: Socket, head: string, body: string | Uint8Array): boolean {
  const length = head.length + body.length;
  if (length > COPIED_BYTES || socket.writableLength > 0) return writeStream(socket, head, body);
  whole.write(head, 'latin1');
  if (typeof body === 'string') whole.write(body, head.length, 'latin1');
  else whole.set(body, head.length);
  const written = writeNow(socket, length);
  return written === length || socket.write(Buffer.from(whole.subarray(written, length)));
}

/** How much of `whole` the system took: nothing when its buffer is full, or when the client is gone. */
function writeNow(socket: Socket, length: number): number {
  const descriptor = descriptorOf(socket);
  if (descriptor < 0) return 0;
  try {
    return writeSync(descriptor, whole, 0, length);
  } catch {
    // The stream meets the same error and tells whoever listens.
    return 0;
  }
}

function writeStream(socket: Socket, head: string, body: string | Uint8Array): boolean {
  if (typeof body === 'string') return socket.write(head + body, 'latin1');
  socket.cork();
  socket.write(head, 'latin1');
  const isFlowing = socket.write(body, (error) => {
    if (!error) reclaim(body);
  });
  socket.uncork();
  return isFlowing && !socket.writableNeedDrain;
}

/** What ends the heads of answers: their Date and lines that are always the same, put together once a second. */
export class HeadEnd {
  readonly #lines: string;
  #date = '';
  #text = '';

  constructor(lines: string) {
    this.#lines = lines;
  }

  get text(): string {
    const date = dateLine();
    if (date !== this.#date) {
      this.#date = date;
      // Flat: text that is put together is taken apart again with each answer that is written.
      this.#text = Buffer.from(date + this.#lines, 'latin1').toString('latin1');
    }
    return this.#text;
  }
}

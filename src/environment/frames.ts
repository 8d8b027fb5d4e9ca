import { readSync } from 'node:fs';
import { own } from '../model/spent-memory.ts';

/** Types of frames; the protocol is described in runtimes/FRAMES.md. */
export const FRAME = {
  invoke: 0x01,
  shutdown: 0x02,
  prepare: 0x03,
  specialise: 0x04,
  restore: 0x05,
  next: 0x10,
  response: 0x11,
  error: 0x12,
  initError: 0x13,
  log: 0x14,
  stream: 0x15,
  part: 0x16,
  prepared: 0x17,
  restoreNext: 0x18,
  restoreError: 0x19,
  passed: 0x1a,
} as const;

/** Length and type. */
export const HEADER_BYTES = 5;
const EMPTY = Buffer.alloc(0);
const LARGEST_FRAME_BYTES = 6 * 1024 * 1024 + 64 * 1024;
/** What is kept of a frame over the limit: enough to know whose it is, or to show the start of a log event. */
const KEPT_OF_OVERSIZED_BYTES = 64 * 1024;

/**
 * @param body a copy, as the chunks it came in may be written over; of a log event, valid until this returns
 * @param oversized the frame was over the limit and `body` is only its beginning
 */
export type FrameHandler = (type: number, body: Buffer, oversized: boolean) => void;

/** Turns chunks of any size back into frames. Every byte is copied once, but those of log events that came whole. */
export class FrameDecoder {
  readonly #onFrame: FrameHandler;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerFilled = 0;
  #body: Buffer | undefined;
  #bodyFilled = 0;
  /** The frame in hand is over the limit, and so many of its bytes are still to be passed over. */
  #oversized = false;
  #excess = 0;

  constructor(onFrame: FrameHandler) {
    this.#onFrame = onFrame;
  }

  /** Throws RangeError when the bytes cannot be frames: the stream is then beyond repair. */
  push(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#body !== undefined) offset = this.#fillBody(chunk, offset, this.#body);
      else if (this.#headerFilled === 0 && chunk.length - offset >= HEADER_BYTES) {
        offset = this.#readFrame(chunk, offset);
      } else offset = this.#fillHeader(chunk, offset);
    }
  }

  /** So many bytes, at least, will come that belong to one response, or one part of it: nothing that is written to a log. */
  get awaited(): number {
    if (this.#body === undefined || this.#header[4] === FRAME.log) return 0;
    return this.#body.length - this.#bodyFilled;
  }

  /**
   * Reads on in the frame in hand, straight to its place. To be called while `awaited` is more than none, and nothing that
   * came before is on its way elsewhere.
   * @param descriptor from which chunks come as well
   */
  readOn(descriptor: number): void {
    const body = this.#body;
    if (body === undefined || descriptor < 0) return;
    try {
      this.#bodyFilled += readSync(descriptor, body, this.#bodyFilled, body.length - this.#bodyFilled, null);
    } catch {
      // Nothing was there; of errors the stream tells.
    }
    if (this.#bodyFilled === body.length && this.#excess === 0) this.#emit(body);
  }

  /** The common case: a header that lies whole in the chunk, mostly with its body. */
  #readFrame(chunk: Buffer, offset: number): number {
    const length = bodyLength(chunk, offset);
    const start = offset + HEADER_BYTES;
    if (start + length <= chunk.length && length < LARGEST_FRAME_BYTES) {
      const type = chunk[offset + 4] ?? 0;
      // Made into text at once: a flood of them would fill much memory with copies.
      const body = type === FRAME.log ? chunk.subarray(start, start + length) : copyOf(chunk, start, length);
      this.#onFrame(type, body, false);
      return start + length;
    }
    chunk.copy(this.#header, 0, offset, start);
    this.#beginBody(length);
    return start;
  }

  #fillHeader(chunk: Buffer, offset: number): number {
    const copied = chunk.copy(this.#header, this.#headerFilled, offset);
    this.#headerFilled += copied;
    if (this.#headerFilled === HEADER_BYTES) this.#beginBody(bodyLength(this.#header, 0));
    return offset + copied;
  }

  #beginBody(length: number): void {
    this.#oversized = length >= LARGEST_FRAME_BYTES;
    const kept = this.#oversized ? KEPT_OF_OVERSIZED_BYTES : length;
    this.#excess = length - kept;
    this.#body = Buffer.allocUnsafe(kept);
    this.#bodyFilled = 0;
    this.#headerFilled = HEADER_BYTES;
    if (length === 0) this.#emit(this.#body);
  }

  #fillBody(chunk: Buffer, offset: number, body: Buffer): number {
    const copied = chunk.copy(body, this.#bodyFilled, offset);
    this.#bodyFilled += copied;
    const next = offset + copied;
    if (this.#bodyFilled < body.length) return next;
    const passedOver = Math.min(this.#excess, chunk.length - next);
    this.#excess -= passedOver;
    if (this.#excess === 0) this.#emit(body);
    return next + passedOver;
  }

  #emit(body: Buffer): void {
    const type = this.#header[4] ?? 0;
    this.#body = undefined;
    this.#headerFilled = 0;
    own(body);
    this.#onFrame(type, body, this.#oversized);
  }
}

function copyOf(chunk: Buffer, start: number, length: number): Buffer {
  if (length === 0) return EMPTY;
  const copy = Buffer.allocUnsafe(length);
  chunk.copy(copy, 0, start, start + length);
  return copy;
}

/** Length of the body alone: the wire's length counts the type too. */
function bodyLength(bytes: Buffer, offset: number): number {
  const length = bytes.readUInt32BE(offset);
  if (length === 0) throw new RangeError('A frame of length 0 has no type.');
  return length - 1;
}

/** A frame of any type, in one buffer. */
export function encodeFrame(type: number, body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.writeUInt32BE(1 + body.length, 0);
  frame[4] = type;
  frame.set(body, HEADER_BYTES);
  return frame;
}

'use strict';

const { Writable } = require('node:stream');
const channel = require('./channel.cjs');

const DEFAULT_CONTENT_TYPE = 'application/octet-stream';
/** A longer piece is sent as several: a frame has a largest size. */
const LARGEST_PART_BYTES = 1024 * 1024;
const UNFIT = /[^\t\x20-\x7e\x80-\xff]/;

/** The second argument of a streaming handler: what is written leaves at once, as parts of the response. */
class ResponseStream extends Writable {
  #requestId;
  #isOpen;
  #onEnd;
  #contentType = DEFAULT_CONTENT_TYPE;
  #hasBegun = false;
  #isWrittenTo = false;
  /**
   * Called by the first `write`, with what writes ahead of it. As on AWS, an `end` does not call it.
   * @type {((write: (chunk: Uint8Array | string) => void) => void) | undefined}
   */
  onBeforeFirstWrite;

  /**
   * @param {string} requestId
   * @param {() => boolean} isOpen false once the invocation is over: nothing more leaves then
   * @param {() => void} onEnd all has been written, and left
   * @param {number | undefined} highWaterMark bytes
   */
  constructor(requestId, isOpen, onEnd, highWaterMark) {
    super(highWaterMark === undefined ? {} : { highWaterMark });
    this.#requestId = requestId;
    this.#isOpen = isOpen;
    this.#onEnd = onEnd;
  }

  /** @param {string} contentType */
  setContentType(contentType) {
    if (this.#isWrittenTo || this.#hasBegun) {
      const { runtimeError } = require('./errors.cjs');
      throw runtimeError('InvalidStreamingOperation', 'Cannot set content-type, too late.');
    }
    if (UNFIT.test(contentType)) {
      const error = new TypeError('Invalid character in header content ["Content-Type"]');
      throw Object.assign(error, { code: 'ERR_INVALID_CHAR' });
    }
    this.#contentType = contentType;
  }

  /**
   * Takes what streams take; of anything else its JSON is written. As on AWS, `end` is not so kind.
   * @override
   * @param {any} chunk
   * @param {...any} rest
   */
  write(chunk, ...rest) {
    const before = this.#isWrittenTo ? undefined : this.onBeforeFirstWrite;
    this.#isWrittenTo = true;
    before?.((first) => super.write(first));
    return super.write(asBytes(chunk), ...rest);
  }

  /**
   * @override
   * @param {Buffer} chunk
   * @param {BufferEncoding} _encoding
   * @param {(error?: Error | null) => void} done
   */
  _write(chunk, _encoding, done) {
    this.#begin();
    this.#send(chunk);
    done();
  }

  /**
   * @override
   * @param {(error?: Error | null) => void} done
   */
  _final(done) {
    this.#begin();
    // Within the call of `end`: what goes wrong behind it takes nothing back.
    this.#onEnd();
    done();
  }

  #begin() {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    if (!this.#isOpen()) return;
    channel.sendPart(channel.STREAM, this.#requestId, Buffer.from(this.#contentType, 'latin1'));
  }

  /** @param {Uint8Array} bytes */
  #send(bytes) {
    if (!this.#isOpen()) return;
    for (let from = 0; from < bytes.length; from += LARGEST_PART_BYTES)
      channel.sendPart(channel.PART, this.#requestId, bytes.subarray(from, from + LARGEST_PART_BYTES));
  }
}

/** @param {unknown} chunk */
function asBytes(chunk) {
  // What AWS's client stumbles on is no JSON either.
  if (chunk === null || chunk === undefined)
    throw new TypeError(`Cannot read properties of ${chunk} (reading 'length')`);
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return chunk;
  return JSON.stringify(chunk);
}

module.exports = { ResponseStream };

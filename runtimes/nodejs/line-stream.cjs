'use strict';

const { Writable } = require('node:stream');
const { sendLogBytes } = require('./channel.cjs');

const LINE_FEED = 10;
/** More than this is not kept waiting for its line feed. */
const LARGEST_PENDING_BYTES = 512 * 1024;

/** Stands in for `process.stdout` and `process.stderr`: a LOG frame for each line, written synchronously. */
class LineStream extends Writable {
  /** @type {Buffer} */
  #pending = Buffer.alloc(0);

  /** @param {number} fd the descriptor it stands in for */
  constructor(fd) {
    super({ decodeStrings: true });
    this.fd = fd;
  }

  /**
   * @override
   * @param {Buffer} chunk
   * @param {BufferEncoding} _encoding
   * @param {(error?: Error | null) => void} done
   */
  _write(chunk, _encoding, done) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      this.#emitLine(chunk.subarray(from, at));
      from = at + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
    done();
  }

  /** Like the real ones, it stays open whatever the function does. @override */
  _destroy() {}

  flush() {
    if (this.#pending.length > 0) this.#emitLine(Buffer.alloc(0));
  }

  /** @param {Buffer} rest */
  #keep(rest) {
    // Copied: the chunk belongs to the caller, who may write it over.
    this.#pending = Buffer.concat([this.#pending, rest]);
    if (this.#pending.length >= LARGEST_PENDING_BYTES) this.flush();
  }

  /** @param {Buffer} lineEnd */
  #emitLine(lineEnd) {
    const bytes = this.#pending.length > 0 ? Buffer.concat([this.#pending, lineEnd]) : lineEnd;
    this.#pending = Buffer.alloc(0);
    sendLogBytes(bytes);
  }
}

/** @param {number} fd */
function createLineStream(fd) {
  return new LineStream(fd);
}

module.exports = { createLineStream };

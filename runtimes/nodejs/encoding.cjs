'use strict';

/** Text as bytes, in memory that is used again or given back. */

/** A longer text gets a buffer of its own for as long as it is of use. */
const BUFFER_BYTES = 64 * 1024;
/** UTF-8 needs at most this many bytes for one UTF-16 unit. */
const BYTES_PER_UNIT = 3;

const output = Buffer.allocUnsafeSlow(BUFFER_BYTES);
const encoder = new TextEncoder();

/**
 * Encodes text at `offset`, in the buffer that is kept when it surely fits.
 * @param {string} text
 * @param {number} offset
 * @param {number} tail bytes to leave free behind the text
 * @returns {{ buffer: Buffer, end: number }}
 */
function encode(text, offset, tail) {
  if (offset + text.length * BYTES_PER_UNIT + tail <= BUFFER_BYTES) {
    return { buffer: output, end: offset + output.write(text, offset, 'utf8') };
  }
  // Mostly it is ASCII: to find that out by counting takes longer than to write it.
  const asAscii = Buffer.allocUnsafeSlow(offset + text.length + tail);
  const { read: taken, written } = encoder.encodeInto(text, asAscii.subarray(offset, offset + text.length));
  if (taken === text.length) return { buffer: asAscii, end: offset + written };
  release(asAscii);
  const buffer = Buffer.allocUnsafeSlow(offset + Buffer.byteLength(text) + tail);
  return { buffer, end: offset + buffer.write(text, offset, 'utf8') };
}

/**
 * Gives memory back that is of no more use. The garbage collector would come to it late, and often: megabytes outside
 * its heap make it run.
 * @param {Buffer} buffer with memory of its own, or what `encode` has returned
 */
function release(buffer) {
  // Node.js 20 has no way to.
  if (buffer !== output) /** @type {Partial<ArrayBuffer>} */ (buffer.buffer).transfer?.(0);
}

module.exports = { BYTES_PER_UNIT, encode, release };

'use strict';

/**
 * The frame channel on descriptors 3 and 5 (see ../FRAMES.md), with blocking system calls: while the runtime waits for
 * an event nothing else in the process runs, which is what freezing does on AWS.
 */

const { read, readSync, writeSync, writevSync } = require('node:fs');
const { doze } = require('./ahead.cjs');
const { BYTES_PER_UNIT, encode, release } = require('./encoding.cjs');

const FROM_PLATFORM = 3;
const TO_PLATFORM = 5;
const INVOKE = 0x01;
const SHUTDOWN = 0x02;
const SPECIALISE = 0x04;
const NEXT = 0x10;
const RESPONSE = 0x11;
const ERROR = 0x12;
const INIT_ERROR = 0x13;
const LOG = 0x14;
const STREAM = 0x15;
const PART = 0x16;
const PREPARED = 0x17;
const PASSED = 0x1a;

const REQUEST_ID_BYTES = 36;
/** Length and type. */
const PREFIX_BYTES = 5;
/** The buffer keeps this size; a larger frame gets one of its own for as long as it is of use. */
const BUFFER_BYTES = 64 * 1024;
/** CloudWatch takes events of up to 1 MiB; what is longer arrives in pieces. */
const LARGEST_EVENT_BYTES = 1024 * 1024 - 64;

const ownInput = Buffer.allocUnsafeSlow(BUFFER_BYTES);
let input = ownInput;
let start = 0;
let end = 0;

/** The platform is gone, or asks us to go: there is nobody left to work for. */
function leave() {
  process.removeAllListeners('exit');
  process.exit(0);
}

/**
 * Decides what to do about a system call that failed: try again, or leave.
 * @param {unknown} error
 */
function recover(error) {
  const { code } = /** @type {NodeJS.ErrnoException} */ (error);
  // A descriptor somebody made non-blocking: sleep a moment instead of spinning.
  if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  else if (code !== 'EINTR') leave();
}

/** The frame that was read last is of no more use. */
function releaseFrame() {
  if (start < end) return;
  if (input !== ownInput) release(input);
  input = ownInput;
  start = 0;
  end = 0;
}

/**
 * Makes sure that `count` unread bytes are in `input`.
 * @param {number} count
 */
function fill(count) {
  if (start + count > input.length) {
    const larger = count > input.length ? Buffer.allocUnsafeSlow(count) : input;
    input.copy(larger, 0, start, end);
    input = larger;
    end -= start;
    start = 0;
  }
  while (end - start < count) {
    let received = -1;
    try {
      received = readSync(FROM_PLATFORM, input, end, input.length - end, null);
    } catch (error) {
      recover(error);
    }
    if (received === 0) leave();
    if (received > 0) end += received;
  }
}

/**
 * Waits for the next frame. The body stays where it was received: decode it before reading on.
 * @returns {{ type: number, buffer: Buffer, start: number, end: number }}
 */
function readFrame() {
  if (start === end) {
    input = ownInput;
    start = 0;
    end = 0;
    doze();
  }
  fill(PREFIX_BYTES);
  const length = input.readUInt32BE(start);
  fill(4 + length);
  const frame = {
    type: input.readUInt8(start + 4),
    buffer: input,
    start: start + 5,
    end: start + 4 + length,
  };
  start = frame.end;
  return frame;
}

/**
 * Calls back when a frame has begun to arrive. Meanwhile the event loop turns.
 * @param {() => void} onFrame
 */
function whenFrameArrives(onFrame) {
  if (start < end) {
    setImmediate(onFrame);
    return;
  }
  input = ownInput;
  start = 0;
  end = 0;
  read(FROM_PLATFORM, input, 0, input.length, null, (error, received) => {
    if (error) recover(error);
    else if (received === 0) leave();
    else end = received;
    if (end > 0) onFrame();
    else whenFrameArrives(onFrame);
  });
}

/**
 * @param {Uint8Array} bytes
 * @param {number} length
 */
function writeAll(bytes, length) {
  let written = 0;
  while (written < length) {
    try {
      written += writeSync(TO_PLATFORM, bytes, written, length - written, null);
    } catch (error) {
      recover(error);
    }
  }
}

/**
 * Sends a frame with a text body.
 * @param {number} type
 * @param {string} text
 */
function send(type, text) {
  const { buffer, end: stop } = encode(text, PREFIX_BYTES, 0);
  buffer.writeUInt32BE(stop - 4, 0);
  buffer.writeUInt8(type, 4);
  writeAll(buffer, stop);
  release(buffer);
}

/**
 * Sends one log event, or several when it is too long for one.
 * @param {Uint8Array} bytes UTF-8
 */
function sendLogBytes(bytes) {
  for (let from = 0; from === 0 || from < bytes.length; from += LARGEST_EVENT_BYTES) {
    const piece = bytes.subarray(from, from + LARGEST_EVENT_BYTES);
    const frame = Buffer.allocUnsafe(PREFIX_BYTES + piece.length);
    frame.writeUInt32BE(1 + piece.length, 0);
    frame.writeUInt8(LOG, 4);
    frame.set(piece, PREFIX_BYTES);
    writeAll(frame, frame.length);
  }
}

/** @param {string} text of one log event */
function sendLog(text) {
  if (text.length * BYTES_PER_UNIT <= LARGEST_EVENT_BYTES) send(LOG, text);
  else sendLogBytes(Buffer.from(text));
}

/**
 * Ends an invocation. RESPONSE or ERROR and NEXT leave in one write.
 * @param {number} type RESPONSE or ERROR
 * @param {string} requestId
 * @param {string} text JSON
 * @param {boolean} ready false when the process is about to exit
 */
function sendOutcome(type, requestId, text, ready) {
  const { buffer, end: stop } = encode(text, PREFIX_BYTES + REQUEST_ID_BYTES, PREFIX_BYTES);
  buffer.writeUInt32BE(stop - 4, 0);
  buffer.writeUInt8(type, 4);
  buffer.write(requestId, PREFIX_BYTES, REQUEST_ID_BYTES, 'latin1');
  if (ready) {
    buffer.writeUInt32BE(1, stop);
    buffer.writeUInt8(NEXT, stop + 4);
  }
  writeAll(buffer, ready ? stop + PREFIX_BYTES : stop);
  release(buffer);
}

/**
 * Begins a response that comes in parts, or sends one of them.
 * @param {number} type STREAM or PART
 * @param {string} requestId
 * @param {Uint8Array} bytes the content type, or the part: it is not copied
 */
function sendPart(type, requestId, bytes) {
  const length = PREFIX_BYTES + REQUEST_ID_BYTES;
  const head = Buffer.allocUnsafe(length);
  head.writeUInt32BE(length + bytes.length - 4, 0);
  head.writeUInt8(type, 4);
  head.write(requestId, PREFIX_BYTES, REQUEST_ID_BYTES, 'latin1');
  let written = 0;
  try {
    written = writevSync(TO_PLATFORM, [head, bytes]);
  } catch (error) {
    recover(error);
  }
  if (written < length) writeAll(head.subarray(written), length - written);
  const sent = Math.max(0, written - length);
  if (sent < bytes.length) writeAll(bytes.subarray(sent), bytes.length - sent);
}

module.exports = {
  INVOKE,
  SHUTDOWN,
  SPECIALISE,
  RESPONSE,
  ERROR,
  INIT_ERROR,
  STREAM,
  PART,
  PREPARED,
  NEXT,
  PASSED,
  readFrame,
  releaseFrame,
  whenFrameArrives,
  send,
  sendLog,
  sendLogBytes,
  sendOutcome,
  sendPart,
  leave,
};

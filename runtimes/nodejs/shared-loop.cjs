'use strict';

/**
 * Invocations side by side, on a managed instance: each INVOKE frame starts one while others are under way, on one event
 * loop and with the same modules. Whose code is running is known from its asynchronous context.
 */

const { AsyncLocalStorage } = require('node:async_hooks');
const { Socket } = require('node:net');
const channel = require('./channel.cjs');
const { createContext } = require('./context.cjs');
const log = require('./log.cjs');
const { serialise } = require('./result.cjs');
const { isTooLarge, TOO_LARGE } = require('./result-size.cjs');

/** @typedef {import('./context.cjs').Header & { ended?: boolean, sent?: boolean }} Invocation */

/** @type {AsyncLocalStorage<Invocation>} */
const current = new AsyncLocalStorage();
/** @type {Function} */
let handler;
let handlerStreams = false;
/** What has arrived and is no whole frame yet. */
/** @type {Buffer} */
let pending = Buffer.alloc(0);

/**
 * @param {Invocation} invocation
 * @param {number} type RESPONSE or ERROR
 * @param {string} text
 */
function end(invocation, type, text) {
  if (invocation.ended) return;
  invocation.ended = true;
  log.flush();
  if (invocation.sent) return;
  const isRefused = isTooLarge(text);
  channel.sendOutcome(
    isRefused ? channel.ERROR : type,
    invocation.requestId,
    isRefused ? TOO_LARGE : text,
    false,
  );
}

/**
 * @param {Invocation} invocation
 * @param {unknown} error
 */
function fail(invocation, error) {
  if (invocation.ended) return;
  log.logError('Invoke Error', error);
  end(invocation, channel.ERROR, require('./errors.cjs').toPayload(error));
}

/**
 * @param {Invocation} invocation
 * @param {string} text the event's JSON
 */
async function run(invocation, text) {
  try {
    const event = JSON.parse(text);
    if (handlerStreams) runStreaming(invocation, event);
    else end(invocation, channel.RESPONSE, serialise(await handler(event, createContext(invocation))));
  } catch (error) {
    fail(invocation, error);
  }
}

/**
 * @param {Invocation} invocation
 * @param {unknown} event
 */
function runStreaming(invocation, event) {
  require('./streaming-run.cjs').run(handler, event, createContext(invocation), {
    id: invocation.requestId,
    isOpen: () => !invocation.ended && !invocation.sent,
    complete: () => {
      log.flush();
      channel.sendOutcome(channel.RESPONSE, invocation.requestId, '', false);
      invocation.sent = true;
    },
    end: () => end(invocation, channel.RESPONSE, ''),
    fail: (error) => fail(invocation, error),
  });
}

/**
 * @param {Buffer} frame its type and body
 */
function receive(frame) {
  if (frame.readUInt8(0) === channel.SHUTDOWN) channel.leave();
  const eventStart = 5 + frame.readUInt32BE(1);
  /** @type {Invocation} */
  const invocation = JSON.parse(frame.toString('utf8', 5, eventStart));
  const text = frame.toString('utf8', eventStart);
  current.run(invocation, () => void run(invocation, text));
}

/** @param {Buffer} chunk */
function onData(chunk) {
  pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
  while (pending.length >= 4) {
    const length = 4 + pending.readUInt32BE(0);
    if (pending.length < length) return;
    const frame = pending.subarray(4, length);
    pending = pending.subarray(length);
    receive(frame);
  }
}

/**
 * Reports that the initialisation is over and handles events from now on.
 * @param {Function} userHandler
 * @param {boolean} isStreaming it writes its response to a stream
 */
function serve(userHandler, isStreaming) {
  handler = userHandler;
  handlerStreams = isStreaming;
  log.followInvocations(currentInvocation);
  // Not by a read that blocks a thread: a process that exits would wait for it.
  const socket = new Socket({ fd: 3, readable: true, writable: false });
  socket.on('data', onData);
  socket.on('close', channel.leave);
  channel.send(channel.NEXT, '');
}

/** Id of the event whose code is running. */
function currentRequestId() {
  return current.getStore()?.requestId;
}

/** What came with it. */
function currentInvocation() {
  return current.getStore();
}

module.exports = { currentInvocation, currentRequestId, serve };

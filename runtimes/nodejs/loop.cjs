'use strict';

/**
 * Invocations, one after another: an INVOKE frame comes in, the handler runs on the event loop, the outcome and NEXT go
 * out together. Waiting for a frame blocks the process, unless something in it has to live meanwhile.
 */

const ahead = require('./ahead.cjs');
const channel = require('./channel.cjs');
const { createCallbackContext, createContext, hasCallbacks, isNewClient } = require('./context.cjs');
const log = require('./log.cjs');
const { serialise } = require('./result.cjs');
const { isTooLarge, TOO_LARGE } = require('./result-size.cjs');

/**
 * One event being handled. `atEmptyLoop` holds a callback's result that waits for the event loop to run dry; `sent` says
 * that a streamed response is complete and has gone.
 * @typedef {{ id: string, ended: boolean, failed: boolean, sent: boolean, text: string, atEmptyLoop: { result: unknown } | undefined }} Invocation
 */

const { env } = process;

/** Of the resources Node.js counts as active: connections, and what comes before them. */
const NETWORK = /^(?:TCP|GetAddrInfo)/;

const LONGEST_INVOCATION_MS = 15 * 60_000;

/** @type {Function} */
let handler;
let handlerIsAsync = false;
let handlerStreams = false;
/** @type {Invocation | undefined} */
let current;
/** Of the event that was begun last. @type {import('./context.cjs').Header | undefined} */
let last;
/** At the end of Init a request was under way: an extension inside the process waits for its next event. */
let hasExtension = false;

/**
 * @param {Invocation} invocation
 * @param {boolean} failed
 * @param {string} text JSON of the result or of the error
 */
function end(invocation, failed, text) {
  // A streaming handler may fail behind the end of its response and return after that.
  if (invocation.ended) return;
  const isRefused = isTooLarge(text);
  invocation.ended = true;
  invocation.failed = failed || isRefused;
  invocation.text = isRefused ? TOO_LARGE : text;
  // One turn of the event loop, so that what the handler left behind can still run and print.
  setImmediate(finish);
}

/**
 * @param {Invocation} invocation
 * @param {unknown} result
 */
function succeed(invocation, result) {
  if (invocation.ended) return;
  let text;
  try {
    text = serialise(result);
  } catch (error) {
    fail(invocation, error);
    return;
  }
  end(invocation, false, text);
}

/**
 * @param {Invocation} invocation
 * @param {unknown} error
 */
function fail(invocation, error) {
  if (invocation.ended) return;
  log.logError('Invoke Error', error);
  end(invocation, true, require('./errors.cjs').toPayload(error));
}

/** Sends the outcome and waits for the next event. */
function finish() {
  const invocation = /** @type {Invocation} */ (current);
  current = undefined;
  log.flush();
  const type = invocation.failed ? channel.ERROR : channel.RESPONSE;
  if (invocation.sent) channel.send(channel.NEXT, '');
  else channel.sendOutcome(type, invocation.id, invocation.text, true);
  awaitEvent();
}

/** Somebody who listens for the end of the process hears it only while the event loop turns. */
function awaitEvent() {
  if (hasExtension || process.listenerCount('SIGTERM') > 0) channel.whenFrameArrives(receive);
  else receive();
}

function receive() {
  const { type, buffer, start: from, end: to } = channel.readFrame();
  if (type === channel.SHUTDOWN) channel.leave();
  const eventStart = from + 4 + buffer.readUInt32BE(from);
  /** @type {import('./context.cjs').Header} */
  const header = JSON.parse(buffer.toString('utf8', from + 4, eventStart));
  if (ahead.isToPass(header)) {
    channel.releaseFrame();
    channel.send(channel.PASSED, String(header.ahead));
    awaitEvent();
    return;
  }
  const invocation = {
    id: header.requestId,
    ended: false,
    failed: false,
    sent: false,
    text: '',
    atEmptyLoop: undefined,
  };
  current = invocation;
  last = header;
  log.setInvocation(header.requestId, header.tenantId);
  if (header.traceId) env['_X_AMZN_TRACE_ID'] = header.traceId;
  else delete env['_X_AMZN_TRACE_ID'];
  try {
    const text = buffer.toString('utf8', eventStart, to);
    channel.releaseFrame();
    const event = JSON.parse(text);
    run(invocation, header, event);
  } catch (error) {
    fail(invocation, error);
  }
}

/**
 * @param {Invocation} invocation
 * @param {import('./context.cjs').Header} header
 * @param {unknown} event
 */
function run(invocation, header, event) {
  if (handlerStreams) {
    runStreaming(invocation, header, event);
    return;
  }
  const returned = hasCallbacks
    ? callWithCallback(invocation, header, event)
    : handler(event, createContext(header));
  if (typeof returned?.then === 'function') {
    returned.then(
      (/** @type {unknown} */ result) => succeed(invocation, result),
      (/** @type {unknown} */ error) => fail(invocation, hasCallbacks ? (error ?? 'handled') : error),
    );
  } else if (!hasCallbacks) {
    succeed(invocation, returned);
  }
}

/**
 * @param {Invocation} invocation
 * @param {import('./context.cjs').Header} header
 * @param {unknown} event
 */
function runStreaming(invocation, header, event) {
  require('./streaming-run.cjs').run(handler, event, createContext(header), {
    id: invocation.id,
    isOpen: () => current === invocation && !invocation.ended,
    complete: () => {
      log.flush();
      channel.sendOutcome(channel.RESPONSE, invocation.id, '', false);
      invocation.sent = true;
    },
    end: () => end(invocation, false, ''),
    fail: (error) => fail(invocation, error),
  });
}

/**
 * @param {Invocation} invocation
 * @param {import('./context.cjs').Header} header
 * @param {unknown} event
 */
function callWithCallback(invocation, header, event) {
  /** @type {(error: unknown, result: unknown) => void} */
  const done = (error, result) => {
    if (invocation.atEmptyLoop !== undefined) return;
    if (error === undefined || error === null) succeed(invocation, result);
    else fail(invocation, error);
  };
  const context = createCallbackContext(header, done);
  /** @type {(error: unknown, result: unknown) => void} */
  const callback = (error, result) => {
    const waits = context.callbackWaitsForEmptyEventLoop && (error === undefined || error === null);
    if (!waits) done(error, result);
    else if (!invocation.ended) invocation.atEmptyLoop ??= { result };
  };
  return handler(event, context, callback);
}

/** Nothing is left to run: the handler waits for the empty loop, or will never answer. */
function onEmptyLoop() {
  if (current === undefined) return;
  if (handlerStreams) {
    // As with AWS's client, whose connection keeps the process: who does not end its stream runs into the timeout.
    setTimeout(() => undefined, LONGEST_INVOCATION_MS);
  } else if (current.atEmptyLoop !== undefined) {
    succeed(current, current.atEmptyLoop.result);
  } else if (handlerIsAsync || !hasCallbacks) {
    fail(current, require('./errors.cjs').neverSettled());
  } else {
    succeed(current, null);
  }
}

/**
 * Reports that the initialisation is over and handles events from now on.
 * @param {Function} userHandler
 * @param {boolean} isAsync it was declared async
 * @param {boolean} isStreaming it writes its response to a stream
 */
function serve(userHandler, isAsync, isStreaming) {
  handler = userHandler;
  handlerIsAsync = isAsync;
  handlerStreams = isStreaming;
  hasExtension = process.getActiveResourcesInfo().some((name) => NETWORK.test(name));
  channel.send(channel.NEXT, ahead.TAKEN);
  awaitEvent();
}

/** Id of the event being handled. */
function currentRequestId() {
  return current?.id;
}

/**
 * What the handler has come to, where the process ends before that was sent. AWS's client up to nodejs22.x has sent it at once,
 * and what goes wrong behind it is not the caller's any more.
 */
function settled() {
  if (current?.ended !== true || isNewClient()) return undefined;
  return { type: current.failed ? channel.ERROR : channel.RESPONSE, text: current.text };
}

/** What came with the event that is being handled, or was last. */
function lastInvocation() {
  return last;
}

module.exports = { currentRequestId, lastInvocation, onEmptyLoop, serve, settled };

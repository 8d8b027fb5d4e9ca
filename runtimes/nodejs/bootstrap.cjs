'use strict';

/**
 * The Node.js runtime: loads the handler, then for each INVOKE frame runs it on the event loop and sends the outcome
 * together with NEXT. Waiting for a frame blocks the process.
 */

const channel = require('./channel.cjs');
const { createCallbackContext, createContext } = require('./context.cjs');
const { loadHandler } = require('./handler.cjs');
const log = require('./log.cjs');
const streaming = require('./streaming.cjs');

/** What AWS lets a function return: 6 MiB and 100 bytes. */
const LARGEST_RESULT_BYTES = 6_291_556;
const TOO_LARGE = `{"errorMessage":"Response payload size exceeded maximum allowed payload size (${LARGEST_RESULT_BYTES} bytes).","errorType":"Function.ResponseSizeTooLarge"}`;
const EXIT_UNHANDLED_REJECTION = 128;
const EXIT_UNCAUGHT_EXCEPTION = 129;
const EXIT_UNSETTLED = 13;
/** The catalog's default; a function need not see it, and the processes it starts need not have it. */
const DEFAULT_NODE_OPTIONS = '--no-experimental-require-module --no-experimental-detect-module';

/**
 * One event being handled. `atEmptyLoop` holds a callback's result that waits for the event loop to run dry.
 * @typedef {{ id: string, ended: boolean, failed: boolean, text: string, atEmptyLoop: { result: unknown } | undefined }} Invocation
 */

const { env } = process;
/** Up to nodejs22.x handlers may use callbacks; from nodejs24.x on only the returned value counts. */
const hasCallbacks = /^AWS_Lambda_nodejs(?:1\d|2[02])\.x$/.test(env['AWS_EXECUTION_ENV'] ?? '');

/** @type {Function} */
let handler;
let handlerIsAsync = false;
let ready = false;
/** @type {Invocation | undefined} */
let current;

/** @param {unknown} thrown */
function payloadOf(thrown) {
  return require('./errors.cjs').toPayload(thrown);
}

/**
 * @param {unknown} result
 * @returns {string} JSON; throws for what JSON cannot hold
 */
function serialise(result) {
  try {
    // Functions and symbols have no JSON at all.
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    const message = 'Unable to stringify response body';
    throw hasCallbacks
      ? new Error(message)
      : require('./errors.cjs').runtimeError('JSONStringifyError', message);
  }
}

/**
 * @param {Invocation} invocation
 * @param {boolean} failed
 * @param {string} text JSON of the result or of the error
 */
function end(invocation, failed, text) {
  invocation.ended = true;
  invocation.failed = failed;
  invocation.text = text;
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
  // Only text of this length can be too long, so the exact size is rarely counted.
  const isTooLarge = text.length * 3 > LARGEST_RESULT_BYTES && Buffer.byteLength(text) > LARGEST_RESULT_BYTES;
  end(invocation, isTooLarge, isTooLarge ? TOO_LARGE : text);
}

/**
 * @param {Invocation} invocation
 * @param {unknown} error
 */
function fail(invocation, error) {
  if (invocation.ended) return;
  log.logError('Invoke Error', error);
  end(invocation, true, payloadOf(error));
}

/** Sends the outcome and waits for the next event. */
function finish() {
  const invocation = /** @type {Invocation} */ (current);
  current = undefined;
  log.flush();
  const type = invocation.failed ? channel.ERROR : channel.RESPONSE;
  channel.sendOutcome(type, invocation.id, invocation.text, true);
  receive();
}

function receive() {
  const { type, buffer, start: from, end: to } = channel.readFrame();
  if (type === channel.SHUTDOWN) channel.leave();
  const eventStart = from + 4 + buffer.readUInt32BE(from);
  /** @type {import('./context.cjs').Header} */
  const header = JSON.parse(buffer.toString('utf8', from + 4, eventStart));
  const invocation = { id: header.requestId, ended: false, failed: false, text: '', atEmptyLoop: undefined };
  current = invocation;
  log.setInvocation(header.requestId, header.tenantId);
  if (header.traceId) env['_X_AMZN_TRACE_ID'] = header.traceId;
  else delete env['_X_AMZN_TRACE_ID'];
  try {
    const event = JSON.parse(buffer.toString('utf8', eventStart, to));
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
  if (current === undefined) {
    if (!ready) process.exitCode = EXIT_UNSETTLED;
  } else if (current.atEmptyLoop !== undefined) {
    succeed(current, current.atEmptyLoop.result);
  } else if (handlerIsAsync || !hasCallbacks) {
    fail(current, require('./errors.cjs').neverSettled());
  } else {
    succeed(current, null);
  }
}

/**
 * Ends the process because of an error that no invocation can be blamed for alone.
 * @param {string} title
 * @param {unknown} error
 * @param {number} exitCode
 */
function crash(title, error, exitCode) {
  log.logError(title, error);
  log.flush();
  if (current !== undefined) channel.sendOutcome(channel.ERROR, current.id, payloadOf(error), false);
  else if (!ready) channel.send(channel.INIT_ERROR, payloadOf(error));
  process.exit(exitCode);
}

/** @param {unknown} reason */
function onUnhandledRejection(reason) {
  const error = require('./errors.cjs').unhandledRejection(reason);
  crash('Unhandled Promise Rejection', error, EXIT_UNHANDLED_REJECTION);
}

/** @param {Function} loaded */
function start(loaded) {
  if (!hasCallbacks && loaded.length >= 3 && !streaming.isStreaming(loaded)) {
    throw require('./errors.cjs').callbacksRemoved();
  }
  handler = streaming.refuseStreaming(loaded);
  handlerIsAsync = loaded.constructor?.name === 'AsyncFunction';
  // What the function's code has started may run once before the process parks.
  setImmediate(() => {
    ready = true;
    log.flush();
    channel.sendNext();
    receive();
  });
}

/** @param {unknown} error */
function onUncaught(error) {
  crash('Uncaught Exception', error, EXIT_UNCAUGHT_EXCEPTION);
}

function main() {
  if (env['NODE_OPTIONS'] === DEFAULT_NODE_OPTIONS) delete env['NODE_OPTIONS'];
  log.install();
  streaming.install();
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUnhandledRejection);
  process.on('beforeExit', onEmptyLoop);
  try {
    const loaded = loadHandler(env['LAMBDA_TASK_ROOT'] ?? process.cwd(), env['_HANDLER'] ?? '');
    if (loaded instanceof Promise) loaded.then(start).catch(onUncaught);
    else start(loaded);
  } catch (error) {
    onUncaught(error);
  }
}

main();

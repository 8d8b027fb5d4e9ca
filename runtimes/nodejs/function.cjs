'use strict';

/** Sets up the process, loads the function's handler and lets the loop run it. */

const channel = require('./channel.cjs');
const context = require('./context.cjs');
const { loadHandler } = require('./handler.cjs');
const log = require('./log.cjs');
const loop = require('./loop.cjs');
const streaming = require('./streaming.cjs');

const EXIT_UNHANDLED_REJECTION = 128;
const EXIT_UNCAUGHT_EXCEPTION = 129;
const EXIT_UNSETTLED = 13;
/** The catalog's default; a function need not see it, and the processes it starts need not have it. */
const DEFAULT_NODE_OPTIONS =
  '--no-experimental-require-module --no-experimental-detect-module --v8-pool-size=1';
/** Where Node.js knows it. */
const NO_DEBUGGER = ' --disable-sigusr1';

const { env } = process;
let ready = false;
let { currentRequestId, lastInvocation } = loop;

/**
 * Ends the process because of an error that nothing caught.
 * @param {string} title
 * @param {unknown} error
 * @param {number} exitCode
 */
function crash(title, error, exitCode) {
  log.logError(title, error);
  log.flush();
  const payload = require('./errors.cjs').toPayload(error);
  const requestId = currentRequestId();
  const { type, text } = loop.settled() ?? { type: channel.ERROR, text: payload };
  if (requestId !== undefined) channel.sendOutcome(type, requestId, text, false);
  else if (!ready) channel.send(channel.INIT_ERROR, payload);
  process.exit(exitCode);
}

/** @param {unknown} error */
function onUncaught(error) {
  crash('Uncaught Exception', error, EXIT_UNCAUGHT_EXCEPTION);
}

/**
 * The function cannot be loaded.
 * @param {unknown} error
 */
function onLoadError(error) {
  crash(context.isNewClient() ? 'Init Error' : 'Uncaught Exception', error, EXIT_UNCAUGHT_EXCEPTION);
}

/**
 * @param {unknown} reason
 * @param {Promise<unknown>} promise
 */
function onUnhandledRejection(reason, promise) {
  const error = require('./errors.cjs').unhandledRejection(reason, promise);
  crash('Unhandled Promise Rejection', error, EXIT_UNHANDLED_REJECTION);
}

function onEmptyLoop() {
  // An ES module that awaits what never comes.
  if (!ready) process.exitCode = EXIT_UNSETTLED;
  loop.onEmptyLoop();
}

/** @param {Function} loaded */
function start(loaded) {
  const isStreaming = streaming.isStreaming(loaded);
  const isShared = env['AWS_LAMBDA_MAX_CONCURRENCY'] !== undefined;
  if ((isShared || !context.hasCallbacks) && loaded.length >= 3 && !isStreaming) {
    throw require('./errors.cjs').callbacksRemoved();
  }
  // What the function's code has started may run once before the process parks.
  setImmediate(() => {
    ready = true;
    log.flush();
    if (isShared) {
      const shared = require('./shared-loop.cjs');
      currentRequestId = shared.currentRequestId;
      lastInvocation = shared.currentInvocation;
      shared.serve(loaded, isStreaming);
      return;
    }
    loop.serve(loaded, loaded.constructor?.name === 'AsyncFunction', isStreaming);
  });
}

/** What does not depend on the function. */
function install() {
  log.install();
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUnhandledRejection);
  process.on('beforeExit', onEmptyLoop);
}

function begin() {
  if (env['NODE_OPTIONS']?.replace(NO_DEBUGGER, '') === DEFAULT_NODE_OPTIONS) delete env['NODE_OPTIONS'];
  log.configure();
  context.install();
  streaming.install(() => lastInvocation());
  try {
    const loaded = loadHandler(env['LAMBDA_TASK_ROOT'] ?? process.cwd(), env['_HANDLER'] ?? '');
    if (loaded instanceof Promise) loaded.then(start).catch(onLoadError);
    else start(loaded);
  } catch (error) {
    onLoadError(error);
  }
}

module.exports = { begin, install };

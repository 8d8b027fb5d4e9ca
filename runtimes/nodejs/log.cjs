'use strict';

/**
 * What the function prints becomes LOG frames: `console` in the format of AWS, `process.stdout` and `process.stderr`
 * line by line. Everything is written before the call returns, so nothing is lost when the process dies.
 */

const { format } = require('node:util');
const { sendLog } = require('./channel.cjs');
const { isNewClient } = require('./context.cjs');

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** Where AWS's clients up to nodejs22.x keep what their log names, and other code looks for it. */
const REQUEST_ID = Symbol.for('aws.lambda.runtime.requestId');
const TENANT_ID = Symbol.for('aws.lambda.runtime.tenantId');

/** What stands for it while there is none. @type {string | undefined} */
let noRequest;
/** @type {string | undefined} */
let requestId;
/** @type {string | undefined} */
let tenantId;
/** Where several invocations run at once: whose code is running. @type {(() => { requestId: string, tenantId?: string } | undefined) | undefined} */
let whose;
/** Flushes of the streams that were used. @type {(() => void)[]} */
const flushes = [];

let isJson = false;
let isNew = false;

/**
 * @param {string | undefined} id
 * @param {string | undefined} tenant
 */
function setInvocation(id, tenant) {
  requestId = id;
  tenantId = tenant;
}

/** @param {() => { requestId: string, tenantId?: string } | undefined} ask */
function followInvocations(ask) {
  whose = ask;
}

/** Finds out whose line this is. */
function attribute() {
  if (whose === undefined) return;
  const invocation = whose();
  setInvocation(invocation?.requestId ?? noRequest, invocation?.tenantId);
}

/**
 * Line feeds turn into carriage returns, as AWS does to keep a message one event.
 * @param {string} level
 * @param {unknown[]} args
 */
function textLine(level, args) {
  const first = args[0];
  const message = args.length === 1 && typeof first === 'string' ? first : format(first, ...args.slice(1));
  const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${message}`;
  return line.includes('\n') ? line.replaceAll('\n', '\r') : line;
}

/** @param {Error} error */
function errorFields(error) {
  return {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : [],
  };
}

/**
 * @param {string} _key
 * @param {unknown} value
 */
function expandError(_key, value) {
  return value instanceof Error ? Object.assign(errorFields(value), value) : value;
}

/**
 * @param {string} level
 * @param {unknown[]} args
 */
function jsonLine(level, args) {
  /** @type {Record<string, unknown>} */
  const entry = { timestamp: new Date().toISOString(), level, requestId };
  if (tenantId) entry['tenantId'] = tenantId;
  if (args.length <= 1) {
    entry['message'] = args[0];
    try {
      return JSON.stringify(entry, expandError);
    } catch {
      // Circular, or a BigInt: what the text format would show.
      entry['message'] = format(args[0]);
      return JSON.stringify(entry);
    }
  }
  entry['message'] = format(...args);
  const error = args.slice(isNew ? 1 : 0).find((argument) => argument instanceof Error);
  if (error !== undefined) Object.assign(entry, errorFields(error));
  return JSON.stringify(entry);
}

/** @param {string} level */
function logger(level) {
  const line = isJson ? jsonLine : textLine;
  return (/** @type {unknown[]} */ ...args) => {
    attribute();
    sendLog(line(level, args));
  };
}

/**
 * The streams cost more than the rest of the bootstrap, so each is built when it is first asked for.
 * @param {'stdout' | 'stderr'} name
 * @param {number} fd
 */
function defineStream(name, fd) {
  /** @type {unknown} */
  let stream;
  const get = () => {
    if (stream === undefined) {
      const created = require('./line-stream.cjs').createLineStream(fd);
      flushes.push(() => created.flush());
      stream = created;
    }
    return stream;
  };
  Object.defineProperty(process, name, { configurable: true, enumerable: true, get });
}

/** Sends what was printed without a line feed at its end. */
function flush() {
  for (const flushStream of flushes) flushStream();
}

/** Takes format and lowest level from the environment. */
function configure() {
  isNew = isNewClient();
  noRequest = isNew ? '-' : undefined;
  setInvocation(noRequest, undefined);
  if (!isNew) defineGlobals();
  isJson = process.env['AWS_LAMBDA_LOG_FORMAT']?.toUpperCase() === 'JSON';
  const lowest = LEVELS.indexOf(process.env['AWS_LAMBDA_LOG_LEVEL']?.toUpperCase() ?? 'TRACE');
  for (const [index, level] of LEVELS.entries()) {
    const write = index >= lowest ? logger(level) : () => {};
    Object.assign(console, { [level.toLowerCase()]: write });
  }
  console.log = console.info;
}

function defineGlobals() {
  Object.defineProperty(globalThis, REQUEST_ID, {
    configurable: true,
    enumerable: true,
    get: () => requestId,
    set: (/** @type {string | undefined} */ id) => {
      requestId = id;
    },
  });
  Object.defineProperty(globalThis, TENANT_ID, {
    configurable: true,
    enumerable: true,
    get: () => tenantId,
    set: (/** @type {string | undefined} */ tenant) => {
      tenantId = tenant;
    },
  });
}

function install() {
  defineStream('stdout', 1);
  defineStream('stderr', 2);
  process.on('exit', flush);
}

/**
 * The line that reports an error of the function.
 * @param {string} title e.g. `Invoke Error`
 * @param {unknown} reason
 */
function logError(title, reason) {
  const { asError, describe } = require('./errors.cjs');
  const error = asError(reason);
  if (isJson) console.error(error);
  else console.error(title, describe(error));
}

module.exports = { configure, flush, followInvocations, install, logError, setInvocation };

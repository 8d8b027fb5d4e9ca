'use strict';

/** Errors as callers and logs see them. Loaded on the first error. */

const { types } = require('node:util');
const { isNewClient } = require('./context.cjs');
const { isTooLarge } = require('./result-size.cjs');

const UNREADABLE =
  'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack';

/** Of one that is larger than a result may be, in UTF-16 units. */
const KEPT_OF_MESSAGE = 64 * 1024;
const NEVER_SETTLED =
  'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';
const CALLBACKS_REMOVED =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';

/**
 * Text of anything that was thrown, even of what cannot be turned into text.
 * @param {unknown} thrown
 */
function textOf(thrown) {
  try {
    return String(thrown);
  } catch {
    return UNREADABLE;
  }
}

/**
 * @param {unknown} thrown
 * @returns {Error}
 */
function asError(thrown) {
  return thrown instanceof Error ? thrown : new Error(textOf(thrown));
}

/**
 * @param {unknown} value
 * @returns {value is Error}
 */
function looksLikeError(value) {
  if (isNewClient()) return value instanceof Error;
  if (types.isNativeError(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { name, message, stack } = /** @type {Partial<Error>} */ (value);
  return [name, message, stack].every((part) => typeof part === 'string' && part !== '');
}

/**
 * @param {string} errorType
 * @param {string} errorMessage
 * @param {string[]} trace
 */
function toJson(errorType, errorMessage, trace) {
  const text = JSON.stringify({ errorType, errorMessage, trace });
  if (!isTooLarge(text)) return text;
  return JSON.stringify({ errorType, errorMessage: errorMessage.slice(0, KEPT_OF_MESSAGE), trace: [] });
}

/**
 * AWS's client writes that one character out.
 * @param {string} text
 */
function withoutDelete(text) {
  return text?.replaceAll('\x7F', '%7F');
}

/**
 * The JSON the caller gets for anything that was thrown.
 * @param {unknown} thrown
 */
function toPayload(thrown) {
  try {
    if (!looksLikeError(thrown)) return toJson(typeof thrown, String(thrown), []);
    const { name, message, stack } = thrown;
    const trace = typeof stack === 'string' ? withoutDelete(stack).split('\n') : [];
    return toJson(withoutDelete(name), withoutDelete(message), trace);
  } catch {
    return JSON.stringify({
      errorType: 'handled',
      errorMessage: UNREADABLE,
      ...(isNewClient() ? { trace: [] } : {}),
    });
  }
}

/**
 * @param {string} _key
 * @param {unknown} value
 */
function withHiddenFields(_key, value) {
  if (!(value instanceof Error)) return value;
  const { name, message, stack } = value;
  const code = 'code' in value ? value.code : undefined;
  const fields = Object.assign({ errorType: name, errorMessage: message, code }, value);
  return typeof stack === 'string' ? Object.assign(fields, { stack: stack.split('\n') }) : fields;
}

/**
 * The error as the text log shows it: its own fields too, behind a tab as on AWS.
 * @param {Error} error
 */
function describe(error) {
  try {
    return `\t${JSON.stringify(error, withHiddenFields)}`;
  } catch {
    return `\t${toPayload(error)}`;
  }
}

/**
 * An error of the runtime itself, e.g. `Runtime.HandlerNotFound`.
 * @param {string} type without `Runtime.`
 * @param {string} message
 * @param {Error} [cause] keeps the trace of the error it replaces
 */
function runtimeError(type, message, cause) {
  const error = new Error(message);
  const name = `Runtime.${type}`;
  const trace = String((cause ?? error).stack).split('\n');
  const frames =
    cause === undefined ? trace.slice(1) : trace.filter((line) => !line.startsWith(String(cause)));
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  error.stack = [`${name}: ${message}`, ...frames].join('\n');
  return error;
}

/** @param {boolean} isPlain up to nodejs22.x it is an error like any other */
function unserialisable(isPlain) {
  const message = 'Unable to stringify response body';
  return isPlain ? new Error(message) : runtimeError('JSONStringifyError', message);
}

function neverSettled() {
  return runtimeError('NodeJsExit', NEVER_SETTLED);
}

function callbacksRemoved() {
  return runtimeError('CallbackHandlerDeprecated', CALLBACKS_REMOVED);
}

/**
 * @param {unknown} reason
 * @param {Promise<unknown>} promise
 */
function unhandledRejection(reason, promise) {
  return Object.assign(runtimeError('UnhandledPromiseRejection', textOf(reason)), { reason, promise });
}

module.exports = {
  asError,
  callbacksRemoved,
  describe,
  neverSettled,
  runtimeError,
  toPayload,
  unhandledRejection,
  unserialisable,
};

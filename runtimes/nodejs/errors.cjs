'use strict';

/** Errors as callers and logs see them. Loaded on the first error. */

const { types } = require('node:util');

const UNREADABLE =
  'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack';

/**
 * @param {unknown} value
 * @returns {value is Error}
 */
function looksLikeError(value) {
  if (types.isNativeError(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { name, message, stack } = /** @type {Partial<Error>} */ (value);
  return [name, message, stack].every((part) => typeof part === 'string' && part !== '');
}

/**
 * The JSON the caller gets for anything that was thrown.
 * @param {unknown} thrown
 */
function toPayload(thrown) {
  try {
    if (looksLikeError(thrown)) {
      const trace = typeof thrown.stack === 'string' ? thrown.stack.split('\n') : [];
      return JSON.stringify({ errorType: thrown.name, errorMessage: thrown.message, trace });
    }
    return JSON.stringify({ errorType: typeof thrown, errorMessage: String(thrown), trace: [] });
  } catch {
    return JSON.stringify({ errorType: 'handled', errorMessage: UNREADABLE });
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

module.exports = { describe, runtimeError, toPayload };

'use strict';

/** The second argument of a handler. */

/** Up to nodejs22.x handlers may use callbacks; from nodejs24.x on only the returned value counts. */
const hasCallbacks = /^AWS_Lambda_nodejs(?:1\d|2[02])\.x$/.test(process.env['AWS_EXECUTION_ENV'] ?? '');

/** AWS's client is another from nodejs24.x on, and on managed instances: it shows some things otherwise. */
function isNewClient() {
  return !hasCallbacks || process.env['AWS_LAMBDA_MAX_CONCURRENCY'] !== undefined;
}

/** What stays the same from one invocation to the next. @type {Record<string, string | undefined>} */
let fixed = {};

/** Reads it from the environment. */
function install() {
  const { env } = process;
  fixed = {
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
  };
}

/**
 * Header of an INVOKE frame.
 * @typedef {object} Header
 * @property {string} requestId
 * @property {number} deadlineMs milliseconds since the Unix epoch
 * @property {string} invokedFunctionArn
 * @property {string} [traceId]
 * @property {string} [clientContext] JSON text
 * @property {string} [cognitoIdentity] JSON text
 * @property {string} [tenantId]
 * @property {number} [ahead] sent before it was asked for: its number among those
 * @property {boolean} [doze] nobody else wants the processor
 * @property {number} [beginBefore] by when it is to begin, milliseconds of the machine's monotonic clock
 */

/** @param {string | undefined} text */
function parse(text) {
  return text === undefined ? undefined : JSON.parse(text);
}

/**
 * The context up to nodejs22.x, with the callbacks of old.
 * @param {Header} header
 * @param {(error: unknown, result: unknown) => void} done
 */
function createCallbackContext(header, done) {
  const { deadlineMs } = header;
  return {
    callbackWaitsForEmptyEventLoop: true,
    succeed: (/** @type {unknown} */ result) => done(undefined, result),
    fail: (/** @type {unknown} */ error) => done(error ?? 'handled', undefined),
    done,
    ...fixed,
    clientContext: parse(header.clientContext),
    identity: parse(header.cognitoIdentity),
    invokedFunctionArn: header.invokedFunctionArn,
    awsRequestId: header.requestId,
    tenantId: header.tenantId,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

/**
 * The context from nodejs24.x on.
 * @param {Header} header
 */
function createContext(header) {
  const { deadlineMs } = header;
  return {
    clientContext: parse(header.clientContext),
    identity: parse(header.cognitoIdentity),
    invokedFunctionArn: header.invokedFunctionArn,
    awsRequestId: header.requestId,
    tenantId: header.tenantId,
    xRayTraceId: header.traceId,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    ...fixed,
  };
}

module.exports = { createCallbackContext, createContext, hasCallbacks, install, isNewClient };

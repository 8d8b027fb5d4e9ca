'use strict';

/** The global `awslambda`: what handlers that stream their response are declared with. */

const { isNewClient } = require('./context.cjs');

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const INTEGRATION_TYPE = 'application/vnd.awslambda.http-integration-response';
/** Between the JSON that describes an HTTP response and its body. */
const PRELUDE_END = Buffer.alloc(8);

/**
 * @param {Function} handler
 * @param {{ highWaterMark?: unknown }} [options]
 */
function streamifyResponse(handler, options) {
  Object.assign(handler, { [STREAMING]: 'response' });
  const mark = Number.parseInt(String(options?.highWaterMark), 10);
  if (mark >= 0) Object.assign(handler, { [HIGH_WATER_MARK]: mark });
  return handler;
}

const HttpResponseStream = {
  /**
   * Makes the stream an HTTP response. The description leaves with the first `write`: one that is merely ended has none, as on AWS.
   * @param {InstanceType<typeof import('./response-stream.cjs')['ResponseStream']>} stream
   * @param {unknown} prelude `{ statusCode, headers, cookies }`
   */
  from(stream, prelude) {
    stream.setContentType(INTEGRATION_TYPE);
    const bytes = Buffer.concat([Buffer.from(JSON.stringify(prelude)), PRELUDE_END]);
    stream.onBeforeFirstWrite = (write) => write(bytes);
    return stream;
  },
};

/**
 * @param {() => import('./context.cjs').Header | undefined} invocation whose code is running, or ran last; for those
 *   functions that see it
 */
function install(invocation) {
  const optOut = process.env['AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA'];
  if (optOut === '1' || optOut === 'true') return;
  /** @type {Record<string, unknown>} */
  const awslambda = { streamifyResponse, HttpResponseStream };
  Object.assign(globalThis, { awslambda });
  if (!isNewClient()) return;
  const get = () => {
    const { InvokeStore } = require('./invoke-store.cjs');
    const value = new InvokeStore(invocation);
    Object.defineProperty(awslambda, 'InvokeStore', { value, writable: true });
    return value;
  };
  Object.defineProperty(awslambda, 'InvokeStore', { get, configurable: true, enumerable: true });
}

/** @param {Function} handler */
function isStreaming(handler) {
  return STREAMING in handler;
}

/**
 * What the handler's declaration asks for, in bytes.
 * @param {Function} handler
 * @returns {number | undefined}
 */
function highWaterMarkOf(handler) {
  return /** @type {{ [HIGH_WATER_MARK]?: number }} */ (handler)[HIGH_WATER_MARK];
}

module.exports = { highWaterMarkOf, install, isStreaming };

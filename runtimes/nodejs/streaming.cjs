'use strict';

/** The global `awslambda`. Streaming handlers can be declared; running them is refused for now. */

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const NOT_THERE_YET =
  'Response streaming is not there yet: this handler is wrapped with awslambda.streamifyResponse. Return the response from a plain async handler instead.';

/** @param {Function} handler */
function streamifyResponse(handler) {
  Object.assign(handler, { [STREAMING]: 'response' });
  return handler;
}

const HttpResponseStream = {
  /** @param {unknown} stream */
  from: (stream) => stream,
};

function install() {
  const optOut = process.env['AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA'];
  if (optOut === '1' || optOut === 'true') return;
  Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream } });
}

/** @param {Function} handler */
function isStreaming(handler) {
  return STREAMING in handler;
}

/** Stands in for a streaming handler. */
function refuse() {
  throw require('./errors.cjs').runtimeError('InvalidStreamingOperation', NOT_THERE_YET);
}

module.exports = { install, isStreaming, refuse };

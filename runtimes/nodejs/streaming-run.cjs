'use strict';

/** One event in a streaming handler. Loaded with the first. */

const { ResponseStream } = require('./response-stream.cjs');
const { isNewClient } = require('./context.cjs');
const { highWaterMarkOf } = require('./streaming.cjs');

/**
 * What the loop does for it. `complete` sends the end of the response, `end` waits for the next event.
 * @typedef {object} Invocation
 * @property {string} id
 * @property {() => boolean} isOpen false once it has ended or failed
 * @property {() => void} complete
 * @property {() => void} end
 * @property {(error: unknown) => void} fail
 */

/**
 * The response is what the handler writes, and complete when it ends the stream; the invocation is over when its
 * promise has settled as well.
 * @param {Function} handler
 * @param {unknown} event
 * @param {object} context
 * @param {Invocation} invocation
 */
function run(handler, event, context, invocation) {
  let isComplete = false;
  let hasReturned = false;
  const stream = new ResponseStream(invocation.id, invocation.isOpen, onEnd, highWaterMarkOf(handler));
  stream.once('error', invocation.fail);
  stream.once('close', settle);
  try {
    const returned = handler(event, stream, context);
    if (typeof returned?.then === 'function') returned.then(onReturned, invocation.fail);
    else invocation.fail(notAsync());
  } catch (error) {
    invocation.fail(error);
  }

  /** From here on the response is the caller's: what goes wrong behind it is logged. */
  function onEnd() {
    if (!invocation.isOpen()) return;
    invocation.complete();
    isComplete = true;
  }

  /** @param {unknown} result */
  function onReturned(result) {
    if (result !== undefined) console.warn('Streaming handlers ignore return values.');
    hasReturned = true;
    if (isComplete || stream.destroyed) settle();
  }

  function settle() {
    if (!hasReturned) return;
    if (isComplete) invocation.end();
    else invocation.fail(notFinished());
  }
}

function notFinished() {
  const { runtimeError } = require('./errors.cjs');
  return runtimeError('InvalidStreamingOperation', 'Response stream is not finished.');
}

/** Up to nodejs22.x AWS's client throws the bare text. */
function notAsync() {
  const message = 'Streaming does not support non-async handlers.';
  return isNewClient() ? new Error(message) : message;
}

module.exports = { run };

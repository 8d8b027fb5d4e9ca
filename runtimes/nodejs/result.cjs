'use strict';

/** A handler's result as it is sent. */

const { isNewClient } = require('./context.cjs');

/** What AWS lets a function return: 6 MiB and 100 bytes. */
const LARGEST_RESULT_BYTES = 6_291_556;
const TOO_LARGE = `{"errorMessage":"Response payload size exceeded maximum allowed payload size (${LARGEST_RESULT_BYTES} bytes).","errorType":"Function.ResponseSizeTooLarge"}`;

/**
 * @param {unknown} result
 * @returns {string} JSON; throws for what JSON cannot hold
 */
function serialise(result) {
  try {
    // Functions and symbols have no JSON at all.
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    throw require('./errors.cjs').unserialisable(!isNewClient());
  }
}

/** @param {string} text */
function isTooLarge(text) {
  // Only text of this length can be too long, so the exact size is rarely counted.
  return text.length * 3 > LARGEST_RESULT_BYTES && Buffer.byteLength(text) > LARGEST_RESULT_BYTES;
}

module.exports = { isTooLarge, serialise, TOO_LARGE };

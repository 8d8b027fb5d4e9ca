'use strict';

/** What AWS lets a function return: 6 MiB and 100 bytes. */
const LARGEST_RESULT_BYTES = 6_291_556;
const TOO_LARGE = `{"errorMessage":"Response payload size exceeded maximum allowed payload size (${LARGEST_RESULT_BYTES} bytes).","errorType":"Function.ResponseSizeTooLarge"}`;

/** @param {string} text */
function isTooLarge(text) {
  // Only text of this length can be too long, so the exact size is rarely counted.
  return text.length * 3 > LARGEST_RESULT_BYTES && Buffer.byteLength(text) > LARGEST_RESULT_BYTES;
}

module.exports = { isTooLarge, TOO_LARGE };

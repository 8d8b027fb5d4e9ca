'use strict';

/** A handler's result as it is sent. */

const { isNewClient } = require('./context.cjs');

/**
 * @param {unknown} result
 * @returns {string} JSON; throws for what JSON cannot hold
 */
function serialise(result) {
  try {
    // Functions and symbols have no JSON at all.
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    // Most functions never need what errors are made with.
    throw require('./errors.cjs').unserialisable(!isNewClient());
  }
}

module.exports = { serialise };

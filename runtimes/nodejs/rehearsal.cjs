'use strict';

/** Stands in for a function while there is none. */
async function handler() {}

module.exports = { handler };

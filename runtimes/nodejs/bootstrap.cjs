'use strict';

/** Starts the Node.js runtime. */

function main() {
  // Every function has a handler.
  const isAhead = process.env['_HANDLER'] === undefined;
  // Nobody waits: what comes with the runtime is compiled now, not when it is first called.
  if (isAhead) require('node:v8').setFlagsFromString('--no-lazy');
  const { begin, install } = require('./function.cjs');
  install();
  if (isAhead) require('./prepared.cjs').begin(begin);
  else begin();
}

main();

'use strict';

/** Events that come before they were asked for (see ../FRAMES.md): one that should have begun by now is passed over. */

const { hrtime } = process;

/** Body of the first NEXT: such events may come. */
const TAKEN = '\u0001';

let isPassing = false;

/**
 * Somebody else may have an event that was to begin before now, and all that came like that behind it. The next that was asked
 * for ends it.
 * @param {import('./context.cjs').Header} header
 */
function isToPass({ ahead, beginBefore = 0 }) {
  if (ahead === undefined) isPassing = false;
  else isPassing ||= monotonicMs() >= beginBefore;
  return isPassing;
}

/** Of the clock that the platform reads as well. */
function monotonicMs() {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1000 + nanoseconds / 1_000_000;
}

module.exports = { TAKEN, isToPass };

'use strict';

/** Events that come before they were asked for (see ../FRAMES.md): one that should have begun by now is passed over. */

const { hrtime } = process;
const { wait } = Atomics;

/** Body of the first NEXT: such events may come. */
const TAKEN = '\u0001';

/** The shortest that the kernel waits: with what timers may be late, some 60 microseconds. */
const DOZE_MS = 0.001;
const never = new Int32Array(new SharedArrayBuffer(4));

let isPassing = false;
/** The event that is in hand, or was last, came ahead, so others are likely on their way, and the processor has time. */
let mayDoze = false;

/**
 * Somebody else may have an event that was to begin before now, and all that came like that behind it. The next that was asked
 * for ends it.
 * @param {import('./context.cjs').Header} header
 */
function isToPass({ ahead, beginBefore = 0, doze: isIdle = false }) {
  mayDoze = isIdle;
  if (ahead === undefined) isPassing = false;
  else isPassing ||= monotonicMs() >= beginBefore;
  return isPassing;
}

/**
 * Where events come that fast, waits a moment before it listens for the next: who sends it then need not wake anybody, which
 * costs the sender more than all else about it. Where the sender has no processor of its own, it would only take time from it.
 */
function doze() {
  if (mayDoze) wait(never, 0, 0, DOZE_MS);
}

/** Of the clock that the platform reads as well. */
function monotonicMs() {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1000 + nanoseconds / 1_000_000;
}

module.exports = { TAKEN, doze, isToPass };

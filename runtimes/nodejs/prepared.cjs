'use strict';

/**
 * A runtime that was started before anybody knew for which function: it loads what its function will probably import,
 * waits, and then becomes that function's runtime. Which functions may have one is the platform's to decide.
 */

const nodeModule = require('node:module');
const v8 = require('node:v8');
const channel = require('./channel.cjs');
const context = require('./context.cjs');
const { loadHandler } = require('./handler.cjs');
const log = require('./log.cjs');

/** About as many as a function has. */
const REHEARSED_VARIABLES = 30;

const { env } = process;

/**
 * What a function becomes of: the whole environment it sees, and where it runs.
 * @typedef {{ variables: Record<string, string>, directory: string }} Specialisation
 */

/**
 * Loads packages that come with the runtime, so that a `require` which finds the same files finds them loaded. A package
 * of the function's own, or of a layer, is another file. Their functions are compiled at once, not when first called.
 * @param {string[]} names
 */
function load(names) {
  if (names.length > 0) v8.setFlagsFromString('--no-lazy');
  for (const name of names) {
    try {
      require(name);
    } catch {
      // The function will see why, should it really ask for it.
    }
  }
  v8.setFlagsFromString('--lazy');
}

/** @param {Specialisation} specialisation */
function specialise({ variables, directory }) {
  for (const name of Object.keys(env)) if (!(name in variables)) delete env[name];
  for (const [name, value] of Object.entries(variables)) if (env[name] !== value) env[name] = value;
  // Node.js reads NODE_PATH when it starts, and again when it is told to.
  /** @type {unknown} */
  const loader = nodeModule;
  const { _initPaths: readSearchPath } = /** @type {{ _initPaths: () => void }} */ (loader);
  readSearchPath();
  process.chdir(directory);
}

/**
 * Becomes a function that does nothing, and nobody again: what Node.js and the runtime do for that is faster the second
 * time.
 */
async function rehearse() {
  const own = /** @type {Record<string, string>} */ ({ ...env });
  const directory = process.cwd();
  const pretended = Array.from({ length: REHEARSED_VARIABLES }, (_, n) => [`REHEARSED_${n}`, 'rehearsed']);
  specialise({ variables: { ...own, ...Object.fromEntries(pretended) }, directory });
  specialise({ variables: own, directory });
  log.configure();
  context.install();
  void loadHandler(__dirname, 'rehearsal.handler');
  delete require.cache[require.resolve('./rehearsal.cjs')];
  // Most of what an ES module takes to load is Node.js's own getting ready for the first.
  await import('./rehearsal-module.mjs');
}

/** Resolves when the process has become a function's. */
async function wait() {
  for (;;) {
    const frame = channel.readFrame();
    if (frame.type === channel.SHUTDOWN) channel.leave();
    const body = JSON.parse(frame.buffer.toString('utf8', frame.start, frame.end));
    if (frame.type === channel.SPECIALISE) {
      specialise(body);
      return;
    }
    load(body.packages);
    await rehearse();
    channel.send(channel.PREPARED, '');
  }
}

/** @param {() => void} start what this process would have begun with, had it been a function's from the start */
function begin(start) {
  // What the event loop does before its first turn is over by the time it waits.
  setImmediate(() => {
    void wait().then(() => setImmediate(start));
  });
}

module.exports = { begin };

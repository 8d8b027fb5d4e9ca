'use strict';

/**
 * A runtime that was started before anybody knew for which function: it loads what its function will probably import,
 * waits, and then becomes that function's runtime. Which functions may have one is the platform's to decide.
 */

const nodeModule = require('node:module');
const channel = require('./channel.cjs');

const { env } = process;

/**
 * What a function becomes of: the whole environment it sees, and where it runs.
 * @typedef {{ variables: Record<string, string>, directory: string }} Specialisation
 */

/**
 * Loads packages that come with the runtime, so that a `require` which finds the same files finds them loaded. A package
 * of the function's own, or of a layer, is another file.
 * @param {string[]} names
 */
function load(names) {
  for (const name of names) {
    try {
      require(name);
    } catch {
      // The function will see why, should it really ask for it.
    }
  }
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

/** Returns when the process has become a function's. */
function wait() {
  for (;;) {
    const frame = channel.readFrame();
    if (frame.type === channel.SHUTDOWN) channel.leave();
    const body = JSON.parse(frame.buffer.toString('utf8', frame.start, frame.end));
    if (frame.type === channel.SPECIALISE) {
      specialise(body);
      return;
    }
    load(body.packages);
    channel.send(channel.PREPARED, '');
  }
}

module.exports = { wait };

import { type ChildProcess, spawn } from 'node:child_process';
import { getPriority } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What runs as a spawner process. */
export interface SpawnerProgram {
  /** Path of the main module; it calls `serveSpawner`. */
  readonly main: string;
  /** A command that becomes the one that follows it. */
  readonly prefix: readonly string[];
  /** Most descriptors it may open, and what it starts unless that sets a limit of its own. */
  readonly openFiles: number;
  /** It keeps cores from being written itself, in a better way. */
  readonly limitsCores?: true;
}

/** Functions stand back a little where processors are scarce: the platform that feeds all of them must not wait for one. */
const NICENESS = 5;

/** Sets limits the whole tree inherits, as they are on AWS (Node would raise a soft limit, so the hard one goes down), then becomes node. */
const LIMITED_SHELL = `umask 022; ulimit -n "$1" 2>/dev/null; [ -n "$2" ] || ulimit -c 0 2>/dev/null; ulimit -l 64 2>/dev/null; ulimit -S -s 8192 2>/dev/null; shift 2; exec nice -n "$0" "$@"`;

/** Most descriptors a function's process may open are as on AWS; this spawner lives with the same limit. */
export const PLAIN_SPAWNER: SpawnerProgram = {
  main: siblingOf(import.meta.url, 'spawner-main'),
  prefix: [],
  openFiles: 1024,
};

/** Each start of an environment leaves a little garbage: by itself V8 lets that come to 64 MB, in each of these processes. */
const YOUNG_MB = 4;

export function startSpawner(
  { main, prefix, openFiles, limitsCores }: SpawnerProgram,
  socketPath: string,
): ChildProcess {
  const node = [process.execPath, `--max-semi-space-size=${YOUNG_MB}`, main, socketPath];
  // Relative to the platform's own, which may take precedence.
  const niceness = String(NICENESS - Math.min(0, getPriority()));
  const limits = [String(openFiles), limitsCores === true ? 'itself' : ''];
  // Detached: a terminal's Ctrl-C must not reach it before the platform has drained.
  return spawn('/bin/sh', ['-c', LIMITED_SHELL, niceness, ...limits, ...prefix, ...node], {
    env: {},
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** A program beside the module that asks: from the sources its main module, when built one file with all of them. */
export function siblingOf(url: string, name: string): string {
  return fileURLToPath(new URL(`./${name}${extname(url) === '.ts' ? '.ts' : '.bundle.js'}`, url));
}

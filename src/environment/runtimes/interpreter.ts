import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** A program that can run functions. */
export interface Interpreter {
  /** Absolute path of the program itself, not of a shim that looks for it. */
  readonly path: string;
  /** The part of the version that names a runtime: a major of Node.js, a minor of Python 3. */
  readonly release: number;
  /** e.g. `22.23.3` */
  readonly version: string;
  /** By `lambent runtimes install`, with Lambent itself, or whoever runs this machine. */
  readonly origin: 'installed' | 'bundled' | 'machine';
}

/** Shims of version managers may hang or fail; one that takes this long is not used. */
const PROBE_TIMEOUT_MS = 10_000;

/** Runs a program and gives its standard output, or undefined when it cannot be run or fails. */
export async function runProbe(
  path: string,
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const options = { timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL', env: environment } as const;
    execFile(path, parameters, options, (error, output) => resolve(error === null ? output : undefined));
  });
}

/** Programs of these names in a PATH-like list of directories, in its order, each once. */
export function findPrograms(searchPath: string, names: readonly string[]): string[] {
  const directories = searchPath.split(':').filter((directory) => directory.startsWith('/'));
  const paths = names.flatMap((name) => directories.map((directory) => join(directory, name)));
  return [...new Set(paths)].filter(isProgram);
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The interpreter that is closest to what was asked for; of two equally close ones the newer, of equals the first. */
export function chooseNearest<T extends Interpreter>(found: readonly T[], wanted: number): T | undefined {
  let best: T | undefined;
  for (const candidate of found) {
    if (best === undefined || isCloser(candidate.release, best.release, wanted)) best = candidate;
  }
  return best;
}

/** The nearest for languages whose newer versions run what was compiled for older ones, and not the other way round. */
export function chooseRatherNewer<T extends Interpreter>(found: readonly T[], wanted: number): T | undefined {
  const capable = found.filter(({ release }) => release >= wanted);
  return chooseNearest(capable.length > 0 ? capable : found, wanted);
}

function isCloser(release: number, other: number, wanted: number): boolean {
  const distance = Math.abs(release - wanted) - Math.abs(other - wanted);
  return distance < 0 || (distance === 0 && release > other);
}

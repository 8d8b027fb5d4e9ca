import { mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAbandoned, processName } from '../sandbox/process-name.ts';
import { StartError } from './start-error.ts';

/**
 * Gives this process a temporary directory of its own, for everything that any part of it puts where the system says:
 * it goes with the process. One that was killed could not see to that, so what such left is removed as well.
 * @throws StartError
 */
export function ownTemporaryDirectory(): void {
  const base = tmpdir();
  const path = join(base, processName());
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    throw new StartError(`No directory can be made in ${base}: ${String(error)}. Name another with TMPDIR.`);
  }
  process.env['TMPDIR'] = path;
  process.once('exit', () => {
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    } catch {
      // A function that is just being killed may still write; the next start removes the rest.
    }
  });
  // Behind the start: what was left may be large.
  void sweep(base);
}

/** Removes directories of this user's processes that are no more. */
export async function sweep(base: string): Promise<void> {
  for (const name of readdirSync(base).filter(isAbandoned)) {
    const path = join(base, name);
    if (isOwn(path) && !holdsMounts(path))
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isOwn(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.uid === process.getuid?.();
}

/** What is mounted in it is not its own to remove. */
function holdsMounts(path: string): boolean {
  if (process.platform !== 'linux') return false;
  return readFileSync('/proc/self/mounts', 'utf8').includes(` ${path}/`);
}

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SharedDirectory } from '../../sandbox/sandbox.ts';

/**
 * Names of the files in /opt/extensions, in order: all of them are started, so that one which cannot be fails Init. A function
 * without layers costs nothing.
 */
export async function findExtensions(directories: readonly SharedDirectory[]): Promise<string[]> {
  const layers = directories.find(({ sandboxPath }) => sandboxPath === '/opt');
  if (layers === undefined) return [];
  const directory = join(layers.hostPath, 'extensions');
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ name }) => name).toSorted();
}

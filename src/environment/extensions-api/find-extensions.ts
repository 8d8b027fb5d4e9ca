import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SharedDirectory } from '../../sandbox/sandbox.ts';

/** Names of the programs in /opt/extensions, in order. A function without layers costs nothing. */
export async function findExtensions(directories: readonly SharedDirectory[]): Promise<string[]> {
  const layers = directories.find(({ sandboxPath }) => sandboxPath === '/opt');
  if (layers === undefined) return [];
  const directory = join(layers.hostPath, 'extensions');
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const areExecutable = await Promise.all(
    names.map(async (name) => await isExecutable(join(directory, name))),
  );
  return names.filter((_name, index) => areExecutable[index]).toSorted();
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

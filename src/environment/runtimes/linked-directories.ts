import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SharedDirectory } from '../../sandbox/sandbox.ts';

/**
 * What the links inside a directory lead to beyond it: systems keep the settings of a program elsewhere, and without
 * them it does not start. Never more than the directory a link's target is in, and of a system's own only the file.
 * @param folders inside the directory, where links may be
 */
export function linkedDirectories(directory: string, folders: readonly string[]): SharedDirectory[] {
  const targets = folders.flatMap((folder) => links(join(directory, folder)));
  const outside = targets.filter((target) => !isInside(target, directory) && !isInside(target, '/usr'));
  const shared = [...new Set(outside.map((target) => (isShallow(target) ? target : dirname(target))))];
  return shared
    .filter((path) => !shared.some((other) => other !== path && isInside(path, other)))
    .map((path) => ({ hostPath: path, sandboxPath: path }));
}

function links(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) return links(inner);
      return entry.isSymbolicLink() && lstatSync(inner, { throwIfNoEntry: false })
        ? [realpathSync(inner)]
        : [];
    });
  } catch {
    // Not there, or a link to nothing.
    return [];
  }
}

function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

/** In a directory such as /etc, which holds everybody's files. */
function isShallow(path: string): boolean {
  return path.split('/').length <= 3;
}

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Finds a file or directory of this installation above the running module, the same from source, from the build
 * output and from a package that was hoisted into somebody's node_modules.
 * @param relativePath e.g. `node_modules/node/package.json`
 * @returns absolute path, or undefined when there is none
 */
export function findAbove(relativePath: string, from: string = import.meta.dirname): string | undefined {
  const candidate = join(from, relativePath);
  if (existsSync(candidate)) return candidate;
  const parent = dirname(from);
  return parent === from ? undefined : findAbove(relativePath, parent);
}

/** The same for something every installation has. Throws when it is missing. */
export function requireAbove(relativePath: string): string {
  const found = findAbove(relativePath);
  if (found === undefined)
    throw new Error(`This installation of Lambent is damaged: ${relativePath} is missing.`);
  return found;
}

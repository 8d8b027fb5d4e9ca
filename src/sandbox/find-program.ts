import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Where programs of the system are looked for; never where a function's own path leads. */
export const PROGRAM_DIRECTORIES = ['/usr/bin', '/bin', '/usr/local/bin', '/usr/sbin', '/sbin'];

export function findProgram(name: string, directories: readonly string[]): string | undefined {
  return directories
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

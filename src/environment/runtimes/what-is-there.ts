import { readdirSync, realpathSync } from 'node:fs';

/** What stands in a directory; nothing where there is none, or none that may be read. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Where a path leads in the end; the path itself where it leads nowhere. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

import type { Dirent } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A look, not a search: what a large package imports deep inside is not worth reading all of it. */
const MOST_FILES = 200;
const MOST_BYTES_OF_FILE = 1024 * 1024;
const MOST_BYTES = 8 * MOST_BYTES_OF_FILE;
/** Packages that others wrote. */
const SKIPPED = new Set(['node_modules', 'site-packages', '__pycache__', 'vendor']);

/**
 * Texts of a package's own source files, those near its root first.
 * @param extensions with their dot
 */
export async function* ownSources(root: string, extensions: readonly string[]): AsyncGenerator<string> {
  let files = 0;
  let bytes = 0;
  for (let level = [root]; level.length > 0; ) {
    const below: string[] = [];
    for (const directory of level) {
      for (const entry of await entriesOf(directory)) {
        const path = join(directory, entry.name);
        if (entry.isDirectory() && !SKIPPED.has(entry.name)) below.push(path);
        if (!entry.isFile() || !extensions.some((end) => entry.name.endsWith(end))) continue;
        if (files === MOST_FILES || bytes >= MOST_BYTES) return;
        const text = await beginningOf(path);
        files += 1;
        bytes += text.length;
        yield text;
      }
    }
    level = below;
  }
}

/** Sorted, so that the same package is always seen the same way. */
async function entriesOf(directory: string): Promise<Dirent[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((): Dirent[] => []);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, MOST_BYTES_OF_FILE)));
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

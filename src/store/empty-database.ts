import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Left beside this module by a build (tools/setup/empty-database.mjs); there is none beside the sources. */
const EMPTY = new URL('./empty.db', import.meta.url);

/**
 * A new database starts as a copy of an empty one that has all tables already: to make them one by one takes a tenth of a
 * second. Where there is nothing to copy the migrations make them. Private, like the file itself.
 */
export function copyEmptyDatabase(file: string): void {
  const content = contentOf(EMPTY);
  if (content === undefined) return;
  // Under its own name only when it is whole.
  const partial = `${file}.new`;
  rmSync(partial, { force: true });
  writeFileSync(partial, content, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(partial, file);
}

function contentOf(address: URL): Buffer | undefined {
  try {
    return readFileSync(address);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'EACCES'].includes(code)) return undefined;
    throw error;
  }
}

import { randomUUID } from 'node:crypto';
import { chownSync, closeSync, fstatSync, linkSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

const BUSY_TIMEOUT_MS = 30_000;

/**
 * Says that a backup of a data directory with its own database is being made: no file may go that a committed row has named.
 *
 * As with `directory-lock.ts` the operating system holds the lock, on an empty SQLite file, so that it ends with its process,
 * however that ends. Backups share it; who takes files away tries to have it alone.
 *
 * @returns ends the hold
 */
export function holdFiles(dataDir: string): () => void {
  const path = lockPath(dataDir);
  for (;;) {
    makeLock(dataDir, path);
    // Open until the end: the file's number stays its own. To close it sooner would end the lock as well.
    const file = openSync(path, 'a');
    const lock = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    const release = (): void => {
      lock.close();
      closeSync(file);
    };
    try {
      lock.exec('begin');
      lock.prepare('select 1 from sqlite_schema').all();
    } catch (error) {
      release();
      throw error;
    }
    // A platform may just have taken it away as one that nobody held.
    if (statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(file).ino) return release;
    release();
  }
}

/** For the platform that has the directory, and for nobody else. Takes away what a backup has left. */
export function areFilesHeld(dataDir: string): boolean {
  const path = lockPath(dataDir);
  if (!isThere(path)) return false;
  const existing = pathToFileURL(path);
  existing.search = '?mode=rw';
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(existing, { timeout: 0 });
    lock.exec('begin exclusive');
    rmSync(path);
    return false;
  } catch {
    return isThere(path);
  } finally {
    lock?.close();
  }
}

function lockPath(dataDir: string): string {
  return join(dataDir, 'lambent.backup');
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Under its name only when it is the directory's owner's, whose platform has to be able to open it. */
function makeLock(dataDir: string, path: string): void {
  if (isThere(path)) return;
  const draft = `${path}.${randomUUID()}`;
  closeSync(openSync(draft, 'wx', 0o600));
  try {
    const { uid, gid } = statSync(dataDir);
    if (process.geteuid?.() !== uid) chownSync(draft, uid, gid);
    linkSync(draft, path);
  } catch (error) {
    // Another backup was quicker.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

import { accessSync, constants, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { reasonOf } from './store-unavailable.ts';

const SQLITE_BUSY = 5;

/** Another process works in the directory. The message is one line that says what to do. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse';
  /** The other process, when it could be told. */
  readonly pid: number | undefined;

  constructor(dataDir: string, pid: number | undefined) {
    const who = pid === undefined ? 'another Lambent' : `another Lambent (process ${pid})`;
    super(`The data directory ${dataDir} is in use by ${who}. Stop it, or choose another with --data-dir.`);
    this.pid = pid;
  }
}

/** The directory cannot be made or written. The message is one line that says what to do. */
export class DataDirectoryNotWritable extends Error {
  override readonly name = 'DataDirectoryNotWritable';

  constructor(dataDir: string, error: unknown) {
    super(
      `Cannot write in the data directory ${dataDir}: ${reasonOf(error)}. Make it writable, or choose another with --data-dir.`,
      { cause: error },
    );
  }
}

export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Makes the directory this process's own, creating it when absent.
 *
 * The operating system holds the lock, through an empty SQLite file on which an exclusive transaction stays open: it
 * ends with the process, however that ends, and holds across containers that share a volume, where process ids say
 * nothing. The id in `lambent.pid` is for the message only.
 *
 * @throws DataDirectoryInUse
 * @throws DataDirectoryNotWritable
 */
export async function acquireDirectoryLock(dataDir: string): Promise<DirectoryLock> {
  const directory = resolve(dataDir);
  const pidFile = join(directory, 'lambent.pid');
  prepare(directory);
  const lock = lockFile(directory, pidFile);
  try {
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    lock.close();
    throw new DataDirectoryNotWritable(directory, error);
  }
  let held = true;
  return {
    release: async () => {
      if (!held) return;
      held = false;
      // While the lock is still held: afterwards the file may be the next owner's.
      rmSync(pidFile, { force: true });
      lock.close();
    },
  };
}

function prepare(directory: string): void {
  try {
    makeDirectory(directory);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DataDirectoryNotWritable(directory, error);
  }
}

/** Like Node's recursive mkdir, which never ends where the system answers ENOENT for a name that cannot be: in /proc. */
function makeDirectory(path: string): void {
  const isThere = (): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isThere()) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectory(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process that starts in the same place may have been quicker.
    if (!isThere()) throw error;
  }
}

function lockFile(directory: string, pidFile: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(directory, 'lambent.lock'), { timeout: 0 });
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock?.close();
    const busy = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
    throw busy
      ? new DataDirectoryInUse(directory, readPid(pidFile))
      : new DataDirectoryNotWritable(directory, error);
  }
}

function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

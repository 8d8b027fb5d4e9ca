import { closeSync, openSync, readFileSync } from 'node:fs';

/** Files that are left to whoever does not run functions: connections, logs, contents, and starts under way. */
const SPARE = 128;
/** Where there are few, so much of all. */
const SPARE_SHARE = 0.25;

/** How many files this process may have open at once; undefined where the system does not say. */
export function mostOpenFiles(): number | undefined {
  try {
    const files = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return files === undefined ? undefined : Number(files);
  } catch {
    // Not Linux.
    return undefined;
  }
}

/** Whether another sandbox, of some files, would leave the process without. Some 30 microseconds. */
export function filesAreScarce(): boolean {
  const most = mostOpenFiles();
  if (most === undefined) return false;
  try {
    // The lowest that is free: all below are taken.
    const free = openSync('/dev/null', 'r');
    closeSync(free);
    return free >= most - Math.min(SPARE, SPARE_SHARE * most);
  } catch {
    return true;
  }
}

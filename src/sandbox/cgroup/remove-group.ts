import { readFileSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A group cannot be removed before the last process in it has been buried, which takes the kernel a moment. */
const RETRY_MS = [1, 2, 5, 10, 20, 50, 100, 200, 400, 800, 1600];

/** SIGKILL to every process of a group. */
export function killMembers(directory: string): void {
  for (const pid of members(directory)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
}

/** Removes an empty group. Rejects when it has not become empty after some seconds. */
export async function removeGroup(directory: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await rmdir(directory);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      const waitMs = RETRY_MS[attempt];
      if (code !== 'EBUSY' || waitMs === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      killMembers(directory);
    }
  }
}

/** Process ids in a group, as this process sees them; one it cannot see has the number 0. */
function members(directory: string): number[] {
  try {
    const text = readFileSync(join(directory, 'cgroup.procs'), 'latin1');
    return text
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 0);
  } catch {
    // It is gone, or is one of threads only, whose processes another hierarchy has too.
    return [];
  }
}

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CONTROL_FILES } from './control-files.ts';

/** A group cannot be removed before the last process in it has been buried, which takes the kernel a moment. */
const RETRY_MS = [1, 2, 5, 10, 20, 50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800];

/** Where the platform itself is, when it has to leave its own group: nobody is killed there. */
export const PLATFORM_GROUP = 'platform';

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

/** Removes a group once it is empty. Rejects when that takes half a minute: on a machine with much to do it does take seconds. */
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
    }
  }
}

/** Ends all sandboxes of a platform that is no more, and removes its groups in one hierarchy. */
export async function removeParent(directory: string): Promise<void> {
  const entries = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const groups = entries
    .filter(({ name }) => name !== PLATFORM_GROUP)
    .map(({ name }) => join(directory, name));
  for (const group of groups) {
    killMembers(group);
    thaw(group);
  }
  await Promise.all(groups.map((group) => removeGroup(group)));
  const platform = join(directory, PLATFORM_GROUP);
  if (existsSync(platform)) {
    // Whoever is still in it, the shell the platform was started from or a helper on its way out, may stay.
    if (members(platform).length > 0) return;
    await removeGroup(platform);
  }
  await removeGroup(directory);
}

/** Some kernels end what is frozen only when it is thawed. */
function thaw(directory: string): void {
  for (const { freezer } of Object.values(CONTROL_FILES)) {
    const file = join(directory, freezer.file);
    if (existsSync(file)) writeFileSync(file, freezer.thawed);
  }
}

/** Process ids in a group, as this process sees them; one it cannot see has the number 0. */
function members(directory: string): number[] {
  // A group of threads has no list of processes, and the kernel takes a thread's number for its process.
  for (const file of ['cgroup.procs', 'cgroup.threads']) {
    try {
      const pids = readFileSync(join(directory, file), 'latin1').split('\n').map(Number);
      return pids.filter((pid) => pid > 0);
    } catch {
      // The other one, or it is gone.
    }
  }
  return [];
}

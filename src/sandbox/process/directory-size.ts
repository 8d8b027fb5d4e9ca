import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether the files below a directory take more than `limitBytes` of disk. An empty directory costs one call. */
export async function directoryExceeds(directory: string, limitBytes: number): Promise<boolean> {
  let bytes = 0;
  const pending = [directory];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    // What disappears while we look takes no room.
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) pending.push(child);
      else bytes += await allocatedBytes(child);
      if (bytes > limitBytes) return true;
    }
  }
  return false;
}

/** Blocks on disk rather than length, so that a sparse file counts for what it holds. */
async function allocatedBytes(path: string): Promise<number> {
  const stats = await lstat(path).catch(() => undefined);
  return stats === undefined ? 0 : stats.blocks * 512;
}

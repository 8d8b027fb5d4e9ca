import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbandoned, namesProcess } from '../process-name.ts';
import { removeParent } from './remove-group.ts';

/** Nobody divides groups deeper than that. */
const DEEPEST = 10;

/**
 * Removes the groups of platforms that are no more, anywhere below a directory, and ends what is in them. What cannot be
 * removed, yet or by this user, is left.
 */
export async function sweepAbandoned(directory: string, depth = 0): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (!entry.isDirectory() || depth >= DEEPEST) continue;
    if (isAbandoned(entry.name)) await removeParent(path).catch(() => undefined);
    else if (!namesProcess(entry.name)) await sweepAbandoned(path, depth + 1);
  }
}

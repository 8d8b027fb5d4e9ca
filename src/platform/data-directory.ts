import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireDirectoryLock } from '../store/directory-lock.ts';
import { storeStartError } from './start-error.ts';

export interface DataDirectory {
  readonly path: string;
  /** Gives the directory back; an ephemeral one is removed. */
  release(): Promise<void>;
}

/** Takes the data directory for this process alone, or makes one that goes with it. @throws StartError */
export async function claimDataDirectory(path: string, ephemeral: boolean): Promise<DataDirectory> {
  if (ephemeral) {
    const temporary = await mkdtemp(join(tmpdir(), 'lambent-'));
    return { path: temporary, release: async () => await rm(temporary, { recursive: true, force: true }) };
  }
  try {
    const lock = await acquireDirectoryLock(path);
    return { path, release: async () => await lock.release() };
  } catch (error) {
    throw storeStartError(error);
  }
}

/** The store as people are told of it. */
export function storeName(config: {
  store: string | undefined;
  ephemeral: boolean;
  dataDir: string;
}): string {
  if (config.store !== undefined) return 'postgres';
  return config.ephemeral ? 'sqlite, ephemeral' : `sqlite in ${config.dataDir}`;
}

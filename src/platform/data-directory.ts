import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
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
    showToFunctions();
    return { path: temporary, release: async () => await rm(temporary, { recursive: true, force: true }) };
  }
  try {
    const lock = await acquireDirectoryLock(path);
    showToFunctions();
    return { path, release: async () => await lock.release() };
  } catch (error) {
    throw storeStartError(error);
  }
}

/**
 * Functions run as users of their own and have to read their code. A mask that forbids it has had its say in who may
 * enter the data directory.
 */
function showToFunctions(): void {
  process.umask(process.umask() & ~0o055);
}

/**
 * Names the platform of a data directory among those that share a database; the same at every start. With the host's
 * name in it, since directories get copied.
 */
export async function platformId(directory: string): Promise<string> {
  const file = join(directory, 'platform-id');
  const known = (await readFile(file, 'utf8').catch(() => '')).trim();
  const id = known === '' ? randomUUID() : known;
  if (known === '') await writeFile(file, `${id}\n`);
  return `${id}@${hostname()}`;
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

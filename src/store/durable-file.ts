import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface DurableFileOptions {
  /** A path on the same file system, for the content while it is incomplete. */
  readonly temporary: string;
  /** Sync to disk before returning; off where nothing needs to outlive the process. */
  readonly durable: boolean;
}

/** Writes a file so that at any instant, a power cut included, it is whole or absent; present when this resolves. */
export async function writeFileDurably(
  path: string,
  content: Uint8Array,
  { temporary, durable }: DurableFileOptions,
): Promise<void> {
  const folder = dirname(path);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    const created = await mkdir(folder, { recursive: true });
    if (created !== undefined && durable) await syncDirectory(dirname(created));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // The new name is an entry of its folder, and on disk only when that is.
  if (durable) await syncDirectory(folder);
}

/** Puts a directory's entries on disk: the names of files made in it, or renamed into it. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

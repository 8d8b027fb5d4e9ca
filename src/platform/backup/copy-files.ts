import { constants, type Dirent } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncDirectory } from '../../store/durable-file.ts';

/** Locks, caches, what is being written, and the database, of which a copy in the midst of a write would be worth nothing. */
const LEFT_OUT =
  /^(?:lambent\.(?:db|lock|pid).*|code(?:\.old-.*)?|cache|scratch|blobs\/tmp|objects\/incoming)$/;
/** Events are added to these; all other files are never changed. */
const GROWS = /^logs\//;

/** Copies the files of a data directory that are not there yet, each under its name only when it is whole and on disk. */
export async function copyFiles(
  from: string,
  to: string,
  total: { files: number; bytes: number },
  folder = '',
): Promise<void> {
  const inside = await readdir(join(from, folder), { withFileTypes: true }).catch(gone<Dirent[]>([]));
  for (const entry of inside) {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (LEFT_OUT.test(name)) continue;
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(join(from, name))))) {
      await mkdir(join(to, name), { recursive: true });
      await copyFiles(from, to, total, name);
    } else if (entry.isFile() && (GROWS.test(name) || !(await sizeOf(join(to, name))))) {
      await copyOne(join(from, name), join(to, name), total).catch(gone(undefined));
    }
  }
}

/** Puts the names of all that was copied on disk: until then a power cut may take whole files. */
export async function syncNames(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) await syncDirectory(join(entry.parentPath, entry.name));
  await syncDirectory(folder);
  await syncDirectory(dirname(folder));
}

async function copyOne(from: string, to: string, total: { files: number; bytes: number }): Promise<void> {
  const isNew = (await sizeOf(to)) === undefined;
  const partial = `${to}.part`;
  await copyFile(from, partial, constants.COPYFILE_FICLONE);
  const file = await open(partial, 'r+');
  try {
    await file.sync();
    if (isNew) {
      total.files += 1;
      total.bytes += (await file.stat()).size;
    }
  } finally {
    await file.close();
  }
  await rename(partial, to);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(gone(undefined)))?.isDirectory() === true;
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(gone(undefined)))?.size;
}

/** What was deleted since its folder was read. */
function gone<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}

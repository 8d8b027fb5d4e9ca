import { existsSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';

/** In one step: between two, a database that is written to makes the copy begin anew. */
const ALL_PAGES = 2 ** 31 - 1;

/** The database as it is at one moment; nobody who writes waits for it. @returns bytes */
export async function snapshotDatabase(from: string, to: string): Promise<number> {
  const partial = `${to}.part`;
  await rm(partial, { force: true });
  const database = new DatabaseSync(from, { readOnly: true, timeout: 30_000 });
  try {
    await backup(database, partial, { rate: ALL_PAGES });
  } finally {
    database.close();
  }
  const file = await open(partial, 'r+');
  try {
    await file.sync();
    await rename(partial, to);
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/**
 * Takes away copies of objects that were deleted before the database was copied: no start would find them.
 * @returns files that the copied database names and that are not beside it
 */
export async function settleFiles(folder: string): Promise<readonly string[]> {
  const database = new DatabaseSync(join(folder, 'lambent.db'), { readOnly: true });
  try {
    const blobs = names(database, 'select sha256 as name from blobs').map((name) => `blobs/${place(name)}`);
    const objects = names(
      database,
      `select file_id as name from s3_parts union all
       select content_id from s3_contents where content_id not in (select content_id from s3_parts)`,
    ).map((name) => `objects/${place(name)}`);
    await dropStrangers(join(folder, 'objects'), new Set(objects.map((path) => basename(path))));
    return [...blobs, ...objects].filter((path) => !existsSync(join(folder, path)));
  } finally {
    database.close();
    // Made by looking; the copy is whole without.
    for (const end of ['-wal', '-shm']) await rm(join(folder, `lambent.db${end}`), { force: true });
  }
}

async function dropStrangers(objects: string, named: ReadonlySet<string>): Promise<void> {
  if (!existsSync(objects)) return;
  for (const entry of await readdir(objects, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && !named.has(entry.name)) await rm(join(entry.parentPath, entry.name));
}

const place = (name: string): string => join(name.slice(0, 2), name);

function names(database: DatabaseSync, query: string): string[] {
  return database
    .prepare(query)
    .all()
    .map(({ name }) => String(name));
}

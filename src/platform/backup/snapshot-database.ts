import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Files that the copied database names and that are not beside it. */
export async function missingFiles(folder: string): Promise<readonly string[]> {
  const database = new DatabaseSync(join(folder, 'lambent.db'), { readOnly: true });
  try {
    const blobs = names(database, 'select sha256 as name from blobs').map((name) => `blobs/${place(name)}`);
    const objects = names(
      database,
      `select file_id as name from s3_parts union all
       select content_id from s3_contents where content_id not in (select content_id from s3_parts)`,
    ).map((name) => `objects/${place(name)}`);
    return [...blobs, ...objects].filter((path) => !existsSync(join(folder, path)));
  } finally {
    database.close();
    // Made by looking; the copy is whole without.
    for (const end of ['-wal', '-shm']) await rm(join(folder, `lambent.db${end}`), { force: true });
  }
}

const place = (name: string): string => join(name.slice(0, 2), name);

function names(database: DatabaseSync, query: string): string[] {
  return database
    .prepare(query)
    .all()
    .map(({ name }) => String(name));
}

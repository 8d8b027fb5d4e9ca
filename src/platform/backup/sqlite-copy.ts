import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { holdFiles } from '../../store/backup-lock.ts';
import type { DatabaseCopy } from './database-copy.ts';
import { type NamedFile, namedFiles } from './named-files.ts';

/** In one step: between two, a database that is written to makes the copy begin anew. */
const ALL_PAGES = 2 ** 31 - 1;

/** @param database its file, in the data directory */
export function sqliteCopy(database: string): DatabaseCopy {
  return {
    fileName: 'lambent.db',
    hold: async () => {
      const release = holdFiles(dirname(database));
      return async () => release();
    },
    writeTo: async (file) => {
      const source = new DatabaseSync(database, { readOnly: true, timeout: 30_000 });
      try {
        await backup(source, file, { rate: ALL_PAGES });
      } finally {
        source.close();
      }
      return await namesIn(file);
    },
  };
}

async function namesIn(file: string): Promise<readonly NamedFile[]> {
  const database = new DatabaseSync(file, { readOnly: true });
  const ask = async (query: string) => database.prepare(query).all();
  try {
    const tables = await ask(`select name from sqlite_schema where type = 'table'`);
    return await namedFiles(ask, new Set(tables.map(({ name }) => String(name))));
  } finally {
    database.close();
    // Made by looking; the copy is whole without.
    for (const end of ['-wal', '-shm']) await rm(`${file}${end}`, { force: true });
  }
}

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely, Transaction } from 'kysely';
import { writeFileDurably } from './durable-file.ts';
import type { Database } from './schema.ts';
import { StoreUnavailable } from './store-unavailable.ts';

/** The row of `platform_keys` that names a database. */
const NAME = 'store';
/** In the directory of blobs: the database whose they are. */
const FILE = 'store-id';
const FOLDER = /^[0-9a-f]{2}$/;

interface Blobs {
  readonly directory: string;
  /** Sync files and directories to disk. */
  readonly durable: boolean;
  readonly db: Kysely<Database>;
  readonly write: <T>(work: (tx: Transaction<Database>) => Promise<T>) => Promise<T>;
}

/**
 * Makes sure that the blobs in a directory are this database's, before those it does not know are swept away: a database
 * that was lost, or another one in its place (`--store`), knows none of them.
 *
 * @throws StoreUnavailable when they are another's
 */
export async function claimBlobs({ directory, durable, db, write }: Blobs): Promise<void> {
  const [ofDatabase, ofFiles] = await Promise.all([databaseId(db), filesId(directory)]);
  if (ofDatabase !== undefined && ofDatabase === ofFiles) return;
  const areStrange = ofDatabase !== undefined && ofFiles !== undefined;
  if ((areStrange || !(await knowsOne(db, directory))) && (await hasBlobs(directory)))
    throw new StoreUnavailable(refusal(directory));
  const id = ofDatabase ?? (await nameDatabase(db, write, ofFiles ?? randomUUID()));
  const temporary = join(directory, 'tmp', randomUUID());
  await writeFileDurably(join(directory, FILE), Buffer.from(`${id}\n`), { temporary, durable });
}

function refusal(directory: string): string {
  return (
    `The packages in ${directory} are those of another store: --store names another database than before, or the database ` +
    'is lost. Start with the database they belong to, restore it from a backup, or choose another --data-dir. ' +
    `To give the packages up, delete ${directory}.`
  );
}

async function databaseId(db: Blobs['db']): Promise<string | undefined> {
  const query = db.selectFrom('platform_keys').select('value').where('name', '=', NAME);
  return (await query.executeTakeFirst())?.value;
}

/** Platforms that share the database may do so at once: one name holds. */
async function nameDatabase(db: Blobs['db'], write: Blobs['write'], value: string): Promise<string> {
  await write(async (tx) => {
    await tx
      .insertInto('platform_keys')
      .values({ name: NAME, value })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
  return (await databaseId(db)) ?? value;
}

async function filesId(directory: string): Promise<string | undefined> {
  try {
    return (await readFile(join(directory, FILE), 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the database knows any blob that is there: neither was named before, or one was restored. */
async function knowsOne(db: Blobs['db'], directory: string): Promise<boolean> {
  const rows = await db.selectFrom('blobs').select('sha256').execute();
  return rows.some(({ sha256 }) => existsSync(join(directory, sha256.slice(0, 2), sha256)));
}

async function hasBlobs(directory: string): Promise<boolean> {
  for (const folder of await readdir(directory))
    if (FOLDER.test(folder) && (await readdir(join(directory, folder))).length > 0) return true;
  return false;
}

import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../test/support/engines.ts';
import { eventually } from '../../test/support/functions.ts';
import type { Engine } from './engine.ts';
import { openStore } from './open-store.ts';
import { openPostgres } from './postgres-engine.ts';
import { openSqlite } from './sqlite-engine.ts';
import { StoreUnavailable } from './store-unavailable.ts';

const onWarning = (message: string): never => {
  throw new Error(message);
};

describe.each(engines)('opening a store on $name', (engine) => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await engine.create();
  });

  afterEach(async () => {
    await database.remove();
  });

  const openEngine = (): Promise<Engine> =>
    database.url === undefined
      ? openSqlite({ file: join(database.dataDir, 'lambent.db'), durable: true, onWarning })
      : openPostgres(database.url, onWarning);

  test.skipIf(engine.name === 'sqlite')('works for platforms that find it empty at once', async () => {
    const stores = await Promise.all(Array.from({ length: 24 }, async () => await database.open()));
    await Promise.all(stores.map(async (store) => await store.close()));
    expect(database.warnings).toEqual([]);
  });

  test('refuses tables of a newer version, and says what to do', async () => {
    const store = await database.open();
    await store.close();
    const opened = await openEngine();
    await opened.migrate((db) =>
      sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '')`.execute(db),
    );
    await opened.close();
    const refused = database.open();
    await expect(refused).rejects.toThrow(StoreUnavailable);
    await expect(refused).rejects.toThrow(
      /newer version of Lambent \(it has 9999-from-the-future\): start that version/,
    );
  });

  test.skipIf(engine.name === 'sqlite')(
    'a connection that breaks between two steps fails the migration, and nothing else',
    async () => {
      const opened = await openEngine();
      const migration = opened.migrate(async (db) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
        const pid = rows[0]?.pid;
        await sql`select pg_terminate_backend(${pid})`.execute(opened.db);
        const others = sql<{ pid: number }>`select pid from pg_stat_activity where pid = ${pid}`;
        await eventually(
          async () => (await others.execute(opened.db)).rows,
          (found) => found.length === 0,
        );
        // The lock went with it.
        await sql`create table made_without_the_lock (x integer)`.execute(db);
      });
      await expect(migration).rejects.toThrow('terminating connection due to administrator command');
      expect(await opened.db.introspection.getTables()).toEqual([]);
      await opened.close();
    },
  );

  test('takes tables that later steps came to before earlier ones', async () => {
    const store = await database.open();
    await store.close();
    const opened = await openEngine();
    await opened.migrate(async (db) => {
      await sql`drop table scheduler_schedules`.execute(db);
      await sql`drop table scheduler_groups`.execute(db);
      await sql`delete from kysely_migration where name = '0013-scheduler'`.execute(db);
    });
    await opened.close();
    const again = await database.open();
    expect(await again.db.selectFrom('scheduler_schedules').selectAll().execute()).toEqual([]);
    await again.close();
  });

  test('completes tables of a time when the steps to them were shorter', async () => {
    const store = await database.open();
    await store.close();
    const opened = await openEngine();
    await opened.migrate(async (db) => {
      await sql`drop index dynamodb_items_expiry`.execute(db);
      await sql`alter table dynamodb_items drop column expires_at_ms`.execute(db);
      await sql`drop table dynamodb_streams`.execute(db);
      await sql`drop table dynamodb_stream_records`.execute(db);
      await sql`drop table if exists blob_pins`.execute(db);
      await sql`delete from kysely_migration where name = '0023-what-came-later'`.execute(db);
    });
    await opened.close();
    const again = await database.open();
    const made = await again.db.introspection.getTables();
    const isThere = (table: string): boolean => made.some(({ name }) => name === table);
    expect(isThere('dynamodb_streams') && isThere('dynamodb_stream_records')).toBe(true);
    expect(isThere('blob_pins')).toBe(engine.name === 'postgres');
    expect(await again.db.selectFrom('dynamodb_items').select('expires_at_ms').execute()).toEqual([]);
    await again.blobs.put(Buffer.from('content'));
    await again.close();
  });

  test('a step that fails leaves no half of it', async () => {
    const opened = await openEngine();
    // In the way of the last table that the first migration makes.
    await opened.migrate((db) => sql`create table blob_references (x integer)`.execute(db));
    await opened.close();
    await expect(database.open()).rejects.toThrow("Cannot prepare the store's tables");
    const again = await openEngine();
    const tables = await again.db.introspection.getTables();
    await again.close();
    expect(tables.map((table) => table.name)).toEqual(['blob_references']);
  });
});

describe('openStore', () => {
  test('an ephemeral store leaves nothing behind, and touches no data directory', async () => {
    const store = await openStore({ dataDir: '/nowhere', url: undefined, ephemeral: true, onWarning });
    const sha256 = await store.blobs.put(Buffer.from('content'));
    const directory = join(store.blobs.path(sha256), '..', '..', '..');
    expect(await readdir(directory)).toContain('lambent.db');
    await store.close();
    await expect(readdir(directory)).rejects.toHaveProperty('code', 'ENOENT');
  });

  test('makes no new database beside the log of one that is gone', async () => {
    const database = await engines[0]?.create();
    const file = join(database?.dataDir ?? '', 'lambent.db');
    await writeFile(`${file}-wal`, 'frames');
    await expect(database?.open()).rejects.toThrow(
      `The database ${file} is gone, its log ${file}-wal is not`,
    );
    await database?.remove();
  });

  test('says in one line why it cannot be opened', async () => {
    const database = await engines[0]?.create();
    const dataDir = database?.dataDir ?? '';
    await writeFile(
      join(dataDir, 'lambent.db'),
      'this is no database, and long enough to be seen as none'.repeat(20),
    );
    const message = async (url: string | undefined, ephemeral = false): Promise<string> => {
      const refused: unknown = await openStore({ dataDir, url, ephemeral, onWarning }).catch(
        (error: unknown) => error,
      );
      expect(refused).toBeInstanceOf(StoreUnavailable);
      return refused instanceof Error ? refused.message : '';
    };
    expect(await message(undefined)).toBe(
      `Cannot open the database ${join(dataDir, 'lambent.db')}: file is not a database.`,
    );
    expect(await message('postgres://me:secret@127.0.0.1:1/db')).toBe(
      'Cannot use the PostgreSQL store at postgres://me@127.0.0.1:1/db: connect ECONNREFUSED 127.0.0.1:1. Check --store, and that the server is up.',
    );
    expect(await message('postgres://127.0.0.1/db', true)).toContain('leave out --ephemeral or --store');
    await database?.remove();
  });
});

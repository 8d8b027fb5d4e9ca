import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../test/support/engines.ts';
import { eventually } from '../../test/support/functions.ts';
import type { Change } from './change-feed.ts';
import type { Store } from './store.ts';

const postgres = engines.find(({ name }) => name === 'postgres');

describe.runIf(postgres !== undefined)('stores that share a database', () => {
  let database: TestDatabase;
  let here: Store;
  let there: Store;
  let heard: Change[];
  let lapses: string[];

  beforeEach(async () => {
    if (postgres === undefined) return;
    database = await postgres.create();
    here = await database.open();
    there = await database.open();
    [heard, lapses] = [[], []];
    here.changes.subscribe('tag', (change) => heard.push(change));
  });

  afterEach(async () => {
    await here.close();
    await there.close();
    await database.remove();
  });

  const follow = (store: Store): void => store.others?.follow((reason) => lapses.push(reason));
  const caughtUp = async (): Promise<void> => await here.others?.catchUp();

  const put = (store: Store, key: string, value: unknown): Promise<void> =>
    store.write(async (tx, announce) => {
      const row = { resource_arn: 'arn', key, value: String(value) };
      await tx
        .insertInto('resource_tags')
        .values(row)
        .onConflict((conflict) => conflict.columns(['resource_arn', 'key']).doUpdateSet({ value: row.value }))
        .execute();
      announce({ kind: 'tag', key, value });
    });

  test('hear of each other what was written since they were opened', async () => {
    await put(there, 'early', 1);
    follow(here);
    await put(there, 'late', { deep: [1, 'two', null] });
    await caughtUp();
    expect(heard).toEqual([
      { kind: 'tag', key: 'early', value: 1, isElsewhere: true },
      { kind: 'tag', key: 'late', value: { deep: [1, 'two', null] }, isElsewhere: true },
    ]);
    await caughtUp();
    expect(heard).toHaveLength(2);
  });

  test('overlook nothing that was numbered first and committed last', async () => {
    follow(here);
    const third = await database.open();
    const gate = Promise.withResolvers<void>();
    const slow = third.write(async (tx, announce) => {
      announce({ kind: 'tag', key: 'slow', value: 1 });
      await tx
        .insertInto('platform_changes')
        .values({ platform: 'p', kind: 'tag', key: 'first', value: '1' })
        .execute();
      await gate.promise;
    });
    await eventually(
      async () => await locked(database),
      (count) => count > 0,
    );
    await put(there, 'quick', 2);
    await caughtUp();
    expect(heard.map(({ key }) => key)).toEqual(['quick']);
    gate.resolve();
    await slow;
    await caughtUp();
    expect(heard.map(({ key }) => key)).toEqual(['quick', 'first', 'slow']);
    await third.close();
  });

  test('come to the same value of what all of them write', async () => {
    const known = new Map<Store, unknown>();
    for (const store of [here, there]) {
      store.changes.subscribe('tag', ({ value }) => known.set(store, value));
      follow(store);
    }
    for (let round = 0; round < 30; round += 1) {
      await Promise.all([put(here, 'k', `here ${round}`), put(there, 'k', `there ${round}`), caughtUp()]);
      await Promise.all([here.others?.catchUp(), there.others?.catchUp()]);
      const row = await here.db.selectFrom('resource_tags').select('value').executeTakeFirstOrThrow();
      expect([known.get(here), known.get(there)]).toEqual([row.value, row.value]);
    }
  });

  test('know when they have missed something for good', async () => {
    follow(here);
    await put(there, 'a', 1);
    await caughtUp();
    expect(lapses).toEqual([]);
    const two = 'written_at_ms = written_at_ms - 7200000';
    await onDatabase(database, `update platform_changes set ${two}`);
    await caughtUp();
    // Those were seen in time.
    expect(lapses).toEqual([]);
    await onDatabase(
      database,
      `insert into platform_changes (platform, kind, key, written_at_ms) select platform, kind, 'b', written_at_ms from platform_changes`,
    );
    await caughtUp();
    expect(lapses).toEqual([expect.stringContaining('more than an hour')]);
  });

  test('say once when the database does not answer, and go on when it does', async () => {
    follow(here);
    await onDatabase(database, 'alter table platform_changes rename to hidden');
    await expect(caughtUp()).rejects.toThrow('platform_changes');
    await expect(caughtUp()).rejects.toThrow('platform_changes');
    await onDatabase(database, 'alter table hidden rename to platform_changes');
    await put(there, 'after', 1);
    await caughtUp();
    expect(heard.map(({ key }) => key)).toEqual(['after']);
    expect(database.warnings).toEqual([
      expect.stringContaining('cannot be read'),
      'Changes of other platforms are read again.',
    ]);
  });
});

async function onDatabase(database: TestDatabase, statement: string): Promise<readonly { n?: string }[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<{ n?: string }>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Transactions that have written and not ended. */
async function locked(database: TestDatabase): Promise<number> {
  const [row] = await onDatabase(
    database,
    `select count(*) as n from pg_stat_activity where datname = current_database() and backend_xid is not null`,
  );
  return Number(row?.n);
}

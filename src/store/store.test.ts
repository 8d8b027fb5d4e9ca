import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../test/support/engines.ts';
import type { Change } from './change-feed.ts';
import type { Store } from './store.ts';

describe.each(engines)('a store on $name', (engine) => {
  let database: TestDatabase;
  let store: Store;

  beforeEach(async () => {
    database = await engine.create();
    store = await database.open();
  });

  afterEach(async () => {
    await store.close();
    await database.remove();
  });

  const addTag = (key: string, value = 'v'): Promise<void> =>
    store.write(async (tx, announce) => {
      await tx.insertInto('resource_tags').values({ resource_arn: 'arn', key, value }).execute();
      announce({ kind: 'tag', key });
    });

  const keys = async (): Promise<string[]> => {
    const rows = await store.db.selectFrom('resource_tags').select('key').orderBy('key').execute();
    return rows.map((row) => row.key);
  };

  test('reads what was written, at once and after it was opened again', async () => {
    expect(store.engine).toBe(engine.name);
    await addTag('a');
    expect(await keys()).toEqual(['a']);
    await store.close();
    store = await database.open();
    expect(await keys()).toEqual(['a']);
  });

  test('a write that throws changes nothing and announces nothing, even among many at once', async () => {
    const heard: string[] = [];
    store.changes.subscribe('tag', (change) => heard.push(change.key));
    const names = Array.from({ length: 60 }, (_, index) => `k${String(index).padStart(2, '0')}`);
    const refused = new Error('changed my mind');
    const ends = await Promise.allSettled(
      names.map((key, index) =>
        store.write(async (tx, announce) => {
          await tx.insertInto('resource_tags').values({ resource_arn: 'arn', key, value: 'v' }).execute();
          announce({ kind: 'tag', key });
          if (index % 3 === 0) throw refused;
          return key;
        }),
      ),
    );
    const kept = names.filter((_, index) => index % 3 !== 0);
    expect(ends.filter((end) => end.status === 'rejected').map((end) => end.reason)).toEqual(
      Array.from({ length: 20 }, () => refused),
    );
    expect(ends.filter((end) => end.status === 'fulfilled').map((end) => end.value)).toEqual(kept);
    expect(await keys()).toEqual(kept);
    expect(heard).toEqual(kept);
  });

  test('writes run one after the other, each seeing the ones before', async () => {
    await addTag('counter', '0');
    const increment = (): Promise<void> =>
      store.write(async (tx) => {
        const row = await tx.selectFrom('resource_tags').select('value').executeTakeFirstOrThrow();
        await tx
          .updateTable('resource_tags')
          .set({ value: String(Number(row.value) + 1) })
          .execute();
      });
    await Promise.all(Array.from({ length: 50 }, increment));
    const row = await store.db.selectFrom('resource_tags').select('value').executeTakeFirstOrThrow();
    expect(row.value).toBe('50');
  });

  test('a change is announced after its commit and before its writer goes on', async () => {
    const seen: [Change, Promise<string[]>][] = [];
    store.changes.subscribe('tag', (change) => seen.push([change, keys()]));
    await addTag('a');
    expect(seen.map(([change]) => change)).toEqual([{ kind: 'tag', key: 'a' }]);
    expect(await seen[0]?.[1]).toEqual(['a']);
  });

  test('a failed statement fails its write, even when the error is caught', async () => {
    await addTag('a');
    const caught = store.write(async (tx) => {
      const twice = { resource_arn: 'arn', key: 'a', value: 'v' };
      await tx
        .insertInto('resource_tags')
        .values({ ...twice, key: 'b' })
        .execute();
      await tx
        .insertInto('resource_tags')
        .values(twice)
        .execute()
        .catch(() => {});
    });
    await expect(caught).rejects.toThrow(/unique/i);
    expect(await keys()).toEqual(['a']);
    await addTag('c');
    expect(await keys()).toEqual(['a', 'c']);
  });

  test('reads do not see what is not committed, and cannot write', async () => {
    await store.write(async (tx) => {
      await tx.insertInto('resource_tags').values({ resource_arn: 'arn', key: 'a', value: 'v' }).execute();
      expect(await keys()).toEqual([]);
    });
    await expect(store.db.deleteFrom('resource_tags').execute()).rejects.toThrow(/read-?only/i);
    expect(await keys()).toEqual(['a']);
  });

  test('refuses a write inside a write, which would wait for itself', async () => {
    await expect(store.write(() => addTag('a'))).rejects.toThrow('inside another write');
    await addTag('b');
    expect(await keys()).toEqual(['b']);
  });

  test('a transaction is of no use once its write has ended', async () => {
    const escaped = await store.write(async (tx) => ({ tx }));
    await expect(escaped.tx.deleteFrom('resource_tags').execute()).rejects.toThrow(
      'after its write had ended',
    );
  });

  test('names sort byte by byte, numbers are numbers, text is any text', async () => {
    for (const key of ['b', 'A', '_', 'a', 'Z', 'é', '😀']) await addTag(key, `'"\\ ${key}\n`);
    expect(await keys()).toEqual(['A', 'Z', '_', 'a', 'b', 'é', '😀']);
    const createdAtMs = 1_893_456_000_123;
    await store.write(async (tx) => {
      const group = {
        account_id: '1',
        region: 'r',
        name: 'g',
        created_at_ms: createdAtMs,
        retention_days: null,
      };
      const { numInsertedOrUpdatedRows } = await tx
        .insertInto('log_groups')
        .values(group)
        .executeTakeFirstOrThrow();
      expect(numInsertedOrUpdatedRows).toBe(1n);
    });
    const rows = store.db.selectFrom('log_groups');
    expect(await rows.select(['created_at_ms', 'retention_days']).executeTakeFirst()).toEqual({
      created_at_ms: createdAtMs,
      retention_days: null,
    });
    const counted = await rows.select((row) => row.fn.countAll<number>().as('count')).executeTakeFirst();
    expect(counted).toEqual({ count: 1 });
  });

  test('reset empties every table at once and keeps the store usable', async () => {
    await addTag('a');
    const sha256 = await store.blobs.put(Buffer.from('content'));
    await store.write((tx) => store.blobs.reference(tx, sha256, 'owner'));
    await store.reset();
    expect(await keys()).toEqual([]);
    expect(() => store.blobs.path(sha256)).toThrow('There is no blob');
    await addTag('a');
    await store.close();
    store = await database.open();
    expect(await keys()).toEqual(['a']);
    expect(database.warnings).toEqual([]);
  });

  test('close waits for the writes under way and refuses new ones', async () => {
    const under = Promise.all([addTag('a'), addTag('b')]);
    const closed = store.close();
    await expect(addTag('c')).rejects.toThrow('The store is closed.');
    await under;
    await closed;
    store = await database.open();
    expect(await keys()).toEqual(['a', 'b']);
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../../../test/support/engines.ts';
import { pendingFunction } from '../../../../test/support/stored-functions.ts';
import { claimed, unreservedConcurrency } from '../../../model/concurrency-limits.ts';
import type { Change } from '../../../store/change-feed.ts';
import type { Store } from '../../../store/store.ts';
import { deleteFunctionRows, deleteVersionRows } from '../functions/delete-rows.ts';
import { insertFunction } from '../functions/insert-function.ts';
import { readClaims } from './claim-rows.ts';
import { reserve } from './put-function-concurrency.ts';
import { provision } from './put-provisioned-concurrency-config.ts';

const LIMIT = 1000;
const ACCOUNT = { accountId: '000000000000', region: 'us-east-1' };

let database: TestDatabase;
let store: Store;

function key(name: string): { accountId: string; region: string; name: string } {
  return { ...ACCOUNT, name };
}

/** A function with a published version. */
async function insert(name: string): Promise<void> {
  const codeSha256 = await store.blobs.put(Buffer.from(name));
  const latest = pendingFunction({ name, codeSha256, state: 'Active' });
  await insertFunction(store, latest, { ...latest, version: '1' }, async () => {});
}

async function provisionVersion(through: Store, name: string, requested: number): Promise<void> {
  await provision(through, LIMIT, { ...key(name), qualifier: '1' }, { requested, lastModifiedMs: 0 });
}

async function succeeded(attempts: readonly Promise<unknown>[]): Promise<number> {
  const outcomes = await Promise.allSettled(attempts);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') {
      expect(outcome.reason).toMatchObject({ code: 'InvalidParameterValueException' });
    }
  }
  return outcomes.filter(({ status }) => status === 'fulfilled').length;
}

describe.each(engines)('claims on concurrency on $name', (engine) => {
  beforeEach(async () => {
    database = await engine.create();
    store = await database.open();
  });

  afterEach(async () => {
    await store.close();
    await database.remove();
  });

  test('are announced, and read with reservations and provisioned concurrency added up', async () => {
    const changes: Change[] = [];
    for (const kind of ['function-settings', 'provisioned-concurrency']) {
      store.changes.subscribe(kind, (change) => changes.push(change));
    }
    await insert('a');
    await insert('b');
    changes.length = 0;
    await reserve(store, LIMIT, key('a'), 7);
    await provisionVersion(store, 'b', 3);
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function';
    expect(changes).toMatchObject([
      { kind: 'function-settings', key: `${arn}:a`, value: { reservedConcurrency: 7, nextVersion: 2 } },
      { kind: 'provisioned-concurrency', key: `${arn}:b:1`, value: { requested: 3 } },
    ]);
    expect((await readClaims(store.db, ACCOUNT)).map(claimed)).toEqual([7, 3]);
    expect(await readClaims(store.db, { ...ACCOUNT, region: 'eu-west-1' })).toEqual([]);
    await deleteVersionRows(store, key('b'), '1');
    await deleteFunctionRows(store, key('a'));
    expect(await readClaims(store.db, ACCOUNT)).toEqual([]);
  });

  test('of many writers never exceed the account', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) await insert(name);
    const others = engine.name === 'postgres' ? [await database.open(), await database.open()] : [];
    const stores = [store, ...others];
    const through = (index: number): Store => stores[index % stores.length] ?? store;
    const reserving = names.map((name, index) => reserve(through(index), LIMIT, key(name), 350));
    expect(await succeeded(reserving)).toBe(2);
    expect(unreservedConcurrency(LIMIT, await readClaims(store.db, ACCOUNT))).toBe(300);
    const free = (await readClaims(store.db, ACCOUNT)).map(({ name }) => name);
    const sharing = names.filter((name) => !free.includes(name));
    const provisioning = sharing.map((name, index) => provisionVersion(through(index), name, 150));
    expect(await succeeded(provisioning)).toBe(1);
    expect(unreservedConcurrency(LIMIT, await readClaims(store.db, ACCOUNT))).toBe(150);
    await Promise.all(others.map((other) => other.close()));
  });

  test.runIf(engine.name === 'postgres')('are not left behind by a version deleted meanwhile', async () => {
    const other = await database.open();
    for (let round = 0; round < 10; round += 1) {
      const name = `raced-${round}`;
      await insert(name);
      await Promise.allSettled([provisionVersion(other, name, 1), deleteVersionRows(store, key(name), '1')]);
    }
    await other.close();
    const versions = await store.db
      .selectFrom('lambda_functions')
      .select('name')
      .where('version', '=', '1')
      .execute();
    const claims = await readClaims(store.db, ACCOUNT);
    expect(new Set(claims.map(({ name }) => name))).toEqual(new Set(versions.map(({ name }) => name)));
  });
});

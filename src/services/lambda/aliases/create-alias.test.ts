import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../../../test/support/engines.ts';
import { pendingFunction } from '../../../../test/support/stored-functions.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { StoredAlias } from '../../../model/stored-alias.ts';
import type { Store } from '../../../store/store.ts';
import { deleteFunctionRows, deleteVersionRows } from '../functions/delete-rows.ts';
import { findFunction } from '../functions/function-rows.ts';
import { insertFunction } from '../functions/insert-function.ts';
import { publishedVersion } from '../versions/published-version.ts';
import { findAlias } from './alias-rows.ts';
import { addAlias } from './create-alias.ts';

const ROUNDS = 20;
let database: TestDatabase;
let store: Store;
/** Of another process. */
let other: Store;

/** A function with version 1. */
async function inserted(name: string): Promise<{ key: Key; alias: StoredAlias }> {
  const codeSha256 = await store.blobs.put(Buffer.from('code'));
  const latest = pendingFunction({ name, state: 'Active', codeSha256 });
  await insertFunction(store, latest, publishedVersion(latest, 1, undefined), async () => {});
  const { accountId, region } = latest;
  const target = { accountId, region, functionName: name, functionVersion: '1' };
  return {
    key: { accountId, region, name },
    alias: { ...target, name: 'live', description: '', revisionId: randomUUID() },
  };
}

type Key = Parameters<typeof deleteVersionRows>[1];

/** Both at once; what AWS would refuse is no failure. */
async function race(...writes: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(writes)) {
    if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(ServiceError);
  }
}

describe.runIf(engines.some(({ name }) => name === 'postgres'))(
  'an alias made by one of two processes',
  () => {
    beforeEach(async () => {
      const postgres = engines.find(({ name }) => name === 'postgres');
      if (postgres === undefined) throw new Error('There is no PostgreSQL.');
      database = await postgres.create();
      store = await database.open();
      other = await database.open();
    });

    afterEach(async () => {
      await store.close();
      await other.close();
      await database.remove();
    });

    test('never points to a version the other deletes', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { key, alias } = await inserted(`f${round}`);
        await race(addAlias(store, alias), deleteVersionRows(other, key, '1'));
        const hasAlias = (await findAlias(store.db, key, 'live')) !== undefined;
        const hasVersion = (await findFunction(store.db, key, '1')) !== undefined;
        expect(hasVersion).toBe(hasAlias);
      }
    });

    test('never outlives its function', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { key, alias } = await inserted(`f${round}`);
        await race(addAlias(store, alias), deleteFunctionRows(other, key));
        expect(await findAlias(store.db, key, 'live')).toBeUndefined();
      }
    });
  },
);

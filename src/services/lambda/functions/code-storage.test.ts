import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../../../test/support/engines.ts';
import { pendingFunction } from '../../../../test/support/stored-functions.ts';
import type { StoredFunction } from '../../../model/stored-function.ts';
import type { Store } from '../../../store/store.ts';
import { deleteLayerVersionRow, insertLayerVersion } from '../layers/layer-rows.ts';
import { publishedVersion } from '../versions/published-version.ts';
import { checkCodeStorage, codeStorageUsed } from './code-storage.ts';
import { deleteFunctionRows } from './delete-rows.ts';
import { changeFunction } from './function-rows.ts';
import { insertFunction } from './insert-function.ts';
import { withUpdate } from './update-rules.ts';

const OWNER = { accountId: '000000000000', region: 'us-east-1' };

let database: TestDatabase;
let store: Store;

async function latest(change: Partial<StoredFunction>): Promise<StoredFunction> {
  return pendingFunction({ codeSha256: await store.blobs.put(Buffer.from('code')), ...change });
}

async function insert(change: Partial<StoredFunction>, version?: number): Promise<void> {
  const made = await latest(change);
  const published = version === undefined ? undefined : publishedVersion(made, version, undefined);
  await insertFunction(store, made, published, async () => {});
}

async function layer(codeSize: number, limitBytes = Number.MAX_SAFE_INTEGER): Promise<void> {
  const codeSha256 = await store.blobs.put(Buffer.from('layer'));
  const content = { codeSha256, codeSize, codeUnzippedBytes: 0 };
  const draft = { ...OWNER, name: 'layer', ...content, description: '', createdAtMs: 1 };
  await insertLayerVersion(store, draft, limitBytes);
}

describe.each(engines)('code storage on $name', (engine) => {
  beforeEach(async () => {
    database = await engine.create();
    store = await database.open();
  });

  afterEach(async () => {
    await store.close();
    await database.remove();
  });

  test('adds up $LATEST, versions and layers of one account in one Region', async () => {
    expect(await codeStorageUsed(store.db, OWNER)).toBe(0);
    await insert({ codeSize: 3_000_000_000 });
    await insert({ name: 'published', codeSize: 20 }, 1);
    await layer(5);
    await insert({ region: 'eu-west-1', codeSize: 7 });
    await insert({ accountId: '111111111111', codeSize: 9 });
    expect(await codeStorageUsed(store.db, OWNER)).toBe(3_000_000_045);
    expect(await codeStorageUsed(store.db, { ...OWNER, region: 'eu-west-1' })).toBe(7);
  });

  test('follows updates and deletions', async () => {
    await insert({ codeSize: 10 }, 1);
    const key = { ...OWNER, name: 'stored' };
    await changeFunction(store, key, (before) => withUpdate(before, { codeSize: 100 }, 1));
    expect(await codeStorageUsed(store.db, OWNER)).toBe(110);
    await layer(5);
    await deleteLayerVersionRow(store, { ...OWNER, name: 'layer', version: 1 });
    expect(await codeStorageUsed(store.db, OWNER)).toBe(110);
    await deleteFunctionRows(store, key);
    expect(await codeStorageUsed(store.db, OWNER)).toBe(0);
  });

  test('stops above the limit, and undoes the write', async () => {
    await insert({ codeSize: 90 });
    await layer(10, 100);
    await checkCodeStorage(store.db, OWNER, 100);
    await expect(layer(1, 100)).rejects.toMatchObject({
      code: 'CodeStorageExceededException',
      message: 'Code storage limit exceeded.',
    });
    expect(await codeStorageUsed(store.db, OWNER)).toBe(100);
  });
});

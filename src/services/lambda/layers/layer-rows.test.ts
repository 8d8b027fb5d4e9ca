import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../../../test/support/engines.ts';
import { pendingFunction } from '../../../../test/support/stored-functions.ts';
import type { StoredFunction } from '../../../model/stored-function.ts';
import { layerVersionArn, type StoredLayerVersion } from '../../../model/stored-layer.ts';
import type { Store } from '../../../store/store.ts';
import { deleteFunctionRows } from '../functions/delete-rows.ts';
import { changeFunction } from '../functions/function-rows.ts';
import { insertFunction } from '../functions/insert-function.ts';
import { withUpdate } from '../functions/update-rules.ts';
import { changePolicy, findPolicy } from '../permissions/policy-rows.ts';
import { deleteLayerVersionRow, findLayerVersion, insertLayerVersion, listLayerRows } from './layer-rows.ts';

let database: TestDatabase;
let store: Store;

const KEY = { accountId: '000000000000', region: 'us-east-1', name: 'layer' };
const FUNCTION = { accountId: KEY.accountId, region: KEY.region, name: 'stored' };

async function published(content: string, through = store): Promise<StoredLayerVersion> {
  const codeSha256 = await through.blobs.put(Buffer.from(content));
  const code = { codeSha256, codeSize: content.length, codeUnzippedBytes: 0 };
  return await insertLayerVersion(
    through,
    { ...KEY, ...code, description: '', createdAtMs: 1 },
    Number.MAX_SAFE_INTEGER,
  );
}

async function withLayers(...layers: readonly StoredLayerVersion[]): Promise<StoredFunction> {
  return pendingFunction({
    state: 'Active',
    codeSha256: await store.blobs.put(Buffer.from('code')),
    layers: layers.map((layer) => ({ ...layer, arn: layerVersionArn(layer, layer.version) })),
  });
}

/** What is still on disk. */
async function kept(): Promise<string[]> {
  const rows = await store.db.selectFrom('blobs').select('sha256').execute();
  const contents = await Promise.all(rows.map(async ({ sha256 }) => await store.blobs.read(sha256)));
  return contents.map((content) => Buffer.from(content).toString()).toSorted((a, b) => a.localeCompare(b));
}

describe.each(engines)('layer rows on $name', (engine) => {
  beforeEach(async () => {
    database = await engine.create();
    store = await database.open();
  });

  afterEach(async () => {
    await store.close();
    await database.remove();
  });

  test('count on, whatever was deleted and whoever publishes at the same moment', async () => {
    await published('one');
    const second = await published('two');
    await deleteLayerVersionRow(store, second);
    await deleteLayerVersionRow(store, { ...KEY, version: 1 });
    expect(await listLayerRows(store.db, KEY, '')).toEqual([]);
    const versions = await Promise.all(Array.from({ length: 20 }, async () => await published('more')));
    const numbers = versions.map(({ version }) => version).toSorted((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 3));
  });

  test.runIf(engine.name === 'postgres')('give two processes different numbers', async () => {
    const other = await database.open();
    const numbers = new Set<number>();
    for (let round = 0; round < 10; round += 1) {
      const pair = await Promise.all([published('a'), published('b', other)]);
      for (const { version } of pair) numbers.add(version);
    }
    await other.close();
    expect(numbers.size).toBe(20);
  });

  test('keep their archive while a version has it, and take policy and archive along', async () => {
    const changes: string[] = [];
    store.changes.subscribe('resource-policy', ({ key }) => changes.push(key));
    const first = await published('same');
    const second = await published('same');
    const arn = layerVersionArn(first, 1);
    const document = '{"Version":"2012-10-17","Statement":[]}';
    await changePolicy(store, arn, async () => await Promise.resolve(document));
    await deleteLayerVersionRow(store, first);
    expect(await kept()).toEqual(['same']);
    expect(await findPolicy(store.db, arn)).toBeUndefined();
    expect(changes).toEqual([arn, arn]);
    await deleteLayerVersionRow(store, second);
    await deleteLayerVersionRow(store, second);
    expect(await kept()).toEqual([]);
  });

  test('leave the archive to functions: the one that runs and the one that waits', async () => {
    const old = await published('old');
    await insertFunction(store, await withLayers(old), undefined, async () => {});
    await deleteLayerVersionRow(store, old);
    expect(await kept()).toEqual(['code', 'old']);
    const young = await published('young');
    const { layers } = await withLayers(young);
    const updating = await changeFunction(store, FUNCTION, (before) => withUpdate(before, { layers }, 1));
    await deleteLayerVersionRow(store, young);
    expect(await kept()).toEqual(['code', 'old', 'young']);
    await changeFunction(store, FUNCTION, ({ current }) => ({ current, serving: undefined }));
    expect(updating?.serving?.layers).toHaveLength(1);
    expect(await kept()).toEqual(['code', 'young']);
    await deleteFunctionRows(store, FUNCTION);
    expect(await kept()).toEqual([]);
  });

  test('that go between look-up and write are missed in words a caller understands', async () => {
    const layer = await published('gone');
    const late = await withLayers(layer);
    await deleteLayerVersionRow(store, layer);
    await expect(insertFunction(store, late, undefined, async () => {})).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
      message: `Layer version ${layerVersionArn(layer, 1)} does not exist.`,
    });
  });

  test('are not asked for numbers the column cannot hold', async () => {
    await published('one');
    expect(await findLayerVersion(store.db, { ...KEY, version: 1 })).toMatchObject({ version: 1 });
    expect(await findLayerVersion(store.db, { ...KEY, version: 2 ** 40 })).toBeUndefined();
  });
});

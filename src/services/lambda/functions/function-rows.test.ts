import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../../../test/support/engines.ts';
import { pendingFunction } from '../../../../test/support/stored-functions.ts';
import type { FunctionRecord, StoredFunction } from '../../../model/stored-function.ts';
import type { Change } from '../../../store/change-feed.ts';
import type { Store } from '../../../store/store.ts';
import { deleteFunctionRows } from './delete-rows.ts';
import { changeFunction, findFunction } from './function-rows.ts';
import { insertFunction } from './insert-function.ts';
import { withUpdate } from './update-rules.ts';

let database: TestDatabase;
let store: Store;
let changes: Change[];

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:stored';
const REFERENCE = { accountId: '000000000000', region: 'us-east-1', name: 'stored', qualifier: undefined };

async function inserted(code: string): Promise<StoredFunction> {
  const stored = pendingFunction({ codeSha256: await store.blobs.put(Buffer.from(code)) });
  await insertFunction(store, stored, undefined, async () => {});
  return stored;
}

/** Which packages are still on disk. */
async function kept(): Promise<string[]> {
  const rows = await store.db.selectFrom('blobs').select('sha256').execute();
  const contents = await Promise.all(rows.map(async ({ sha256 }) => await store.blobs.read(sha256)));
  return contents.map((content) => Buffer.from(content).toString()).toSorted((a, b) => a.localeCompare(b));
}

async function updateCode(code: string): Promise<FunctionRecord | undefined> {
  const codeSha256 = await store.blobs.put(Buffer.from(code));
  return await changeFunction(store, REFERENCE, (before) => withUpdate(before, { codeSha256 }, 1));
}

describe.each(engines)('function rows on $name', (engine) => {
  beforeEach(async () => {
    database = await engine.create();
    store = await database.open();
    changes = [];
    store.changes.subscribe('function', (change) => changes.push(change));
  });

  afterEach(async () => {
    await store.close();
    await database.remove();
  });

  test('are announced with their record and found again', async () => {
    const stored = await inserted('one');
    const record = { current: stored, serving: undefined };
    expect(changes).toEqual([{ kind: 'function', key: `${ARN}:$LATEST`, value: record }]);
    expect(await findFunction(store.db, REFERENCE)).toEqual(record);
    expect(await findFunction(store.db, { ...REFERENCE, region: 'eu-west-1' })).toBeUndefined();
    expect(await findFunction(store.db, REFERENCE, '1')).toBeUndefined();
  });

  test('are inserted once, and a failed companion undoes the insert', async () => {
    await inserted('one');
    await expect(inserted('two')).rejects.toMatchObject({
      code: 'ResourceConflictException',
      message: 'Function already exist: stored',
    });
    const other = pendingFunction({ name: 'other', codeSha256: await store.blobs.put(Buffer.from('one')) });
    const failing = insertFunction(
      store,
      other,
      undefined,
      async () => await Promise.reject(new Error('no tags')),
    );
    await expect(failing).rejects.toThrow('no tags');
    expect(await findFunction(store.db, { ...REFERENCE, name: 'other' })).toBeUndefined();
    expect(changes).toHaveLength(1);
  });

  test('keep the old code while it serves, and let it go afterwards', async () => {
    const first = await inserted('one');
    const updating = await updateCode('two');
    expect(updating?.serving).toEqual(first);
    expect(await kept()).toEqual(['one', 'two']);
    await changeFunction(store, REFERENCE, ({ current }) => ({
      current: { ...current, revisionId: randomUUID(), lastUpdateStatus: 'Successful' },
      serving: undefined,
    }));
    expect(await kept()).toEqual(['two']);
  });

  test('hold the same code by one reference for each deployment', async () => {
    await inserted('one');
    await changeFunction(store, REFERENCE, (before) => withUpdate(before, { memoryMb: 256 }, 1));
    expect(await store.db.selectFrom('blob_references').selectAll().execute()).toHaveLength(2);
    expect(await kept()).toEqual(['one']);
    await changeFunction(store, REFERENCE, ({ current }) => ({
      current: { ...current, revisionId: randomUUID() },
      serving: undefined,
    }));
    expect(await kept()).toEqual(['one']);
  });

  test('show every update the state the one before has left', async () => {
    await inserted('one');
    const steps = Array.from({ length: 20 }, async () => {
      await changeFunction(store, REFERENCE, ({ current, serving }) => ({
        current: { ...current, revisionId: randomUUID(), memoryMb: current.memoryMb + 1 },
        serving,
      }));
    });
    await Promise.all(steps);
    expect((await findFunction(store.db, REFERENCE))?.current.memoryMb).toBe(148);
  });

  test.runIf(engine.name === 'postgres')('lose no update to another process', async () => {
    await inserted('one');
    const other = await database.open();
    const grow = async (through: Store): Promise<unknown> =>
      await changeFunction(through, REFERENCE, ({ current, serving }) => ({
        current: { ...current, revisionId: randomUUID(), memoryMb: current.memoryMb + 1 },
        serving,
      }));
    for (let round = 0; round < 10; round += 1) await Promise.all([grow(store), grow(other)]);
    await other.close();
    expect((await findFunction(store.db, REFERENCE))?.current.memoryMb).toBe(148);
  });

  test('stay as they are when the decision is to leave them or refuses', async () => {
    await inserted('one');
    expect(await changeFunction(store, REFERENCE, () => undefined)).toBeUndefined();
    const refusing = changeFunction(store, REFERENCE, () => {
      throw new Error('not now');
    });
    await expect(refusing).rejects.toThrow('not now');
    expect(changes).toHaveLength(1);
  });

  test('take their code and tags with them', async () => {
    await inserted('one');
    await updateCode('two');
    await store.write(async (tx) => {
      await tx.insertInto('resource_tags').values({ resource_arn: ARN, key: 'a', value: '1' }).execute();
    });
    await deleteFunctionRows(store, REFERENCE);
    expect(changes.at(-1)).toEqual({ kind: 'function', key: `${ARN}:$LATEST` });
    expect(await kept()).toEqual([]);
    expect(await store.db.selectFrom('resource_tags').selectAll().execute()).toEqual([]);
    await expect(deleteFunctionRows(store, REFERENCE)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: `Function not found: ${ARN}`,
    });
  });
});

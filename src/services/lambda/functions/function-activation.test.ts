import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ephemeralStore, pendingFunction } from '../../../../test/support/stored-functions.ts';
import { MovableClock } from '../../../model/clock.ts';
import type { FunctionRecord, StoredFunction } from '../../../model/stored-function.ts';
import type { Store } from '../../../store/store.ts';
import { type FunctionActivation, startFunctionActivation } from './function-activation.ts';
import { deleteFunctionRows } from './delete-rows.ts';
import { changeFunction, findFunction } from './function-rows.ts';
import { insertFunction } from './insert-function.ts';
import { withUpdate } from './update-rules.ts';

const REFERENCE = { accountId: '000000000000', region: 'us-east-1', name: 'stored', qualifier: undefined };

let store: Store;
let activation: FunctionActivation | undefined;
/** Packages that were asked for, each with the way to let it succeed or fail. */
let asked: { codeSha256: string; outcome: PromiseWithResolvers<void> }[];
let errors: unknown[];

beforeEach(async () => {
  store = await ephemeralStore();
  asked = [];
  errors = [];
});

afterEach(async () => {
  activation?.stop();
  await store.close();
});

function start(): void {
  activation = startFunctionActivation({
    store,
    clock: new MovableClock(),
    prepareCode: async ({ codeSha256 }) => {
      const outcome = Promise.withResolvers<void>();
      asked.push({ codeSha256, outcome });
      await outcome.promise;
    },
    initialise: async () => 'ready',
    onError: (error) => errors.push(error),
  });
}

async function insert(change: Partial<StoredFunction> = {}): Promise<StoredFunction> {
  const created = pendingFunction({ codeSha256: await store.blobs.put(Buffer.from('code')), ...change });
  await insertFunction(store, created, undefined, async () => {});
  return created;
}

async function update(change: Partial<StoredFunction>): Promise<void> {
  await changeFunction(store, REFERENCE, (before) => withUpdate(before, change, 1));
}

/** Lets every preparation that was asked for end, until nothing more comes. */
async function finish(failure?: Error): Promise<void> {
  for (const { outcome } of asked) {
    if (failure === undefined) outcome.resolve();
    else outcome.reject(failure);
  }
  await activation?.settled();
}

async function stored(): Promise<FunctionRecord> {
  const record = await findFunction(store.db, REFERENCE);
  if (record === undefined) throw new Error('The function is gone.');
  return record;
}

describe('function activation', () => {
  test('makes a new function active once its code is ready', async () => {
    start();
    const created = await insert({
      stateReason: { message: 'The function is being created.', code: 'Creating' },
    });
    expect(asked).toMatchObject([{ codeSha256: created.codeSha256 }]);
    expect((await stored()).current.state).toBe('Pending');
    await finish();
    const { current, serving } = await stored();
    expect(current).toMatchObject({ state: 'Active', lastUpdateStatus: 'Successful' });
    expect(current).not.toHaveProperty('stateReason');
    expect(current.revisionId).not.toBe(created.revisionId);
    expect(current.deploymentId).toBe(created.deploymentId);
    expect(serving).toBeUndefined();
    expect(errors).toEqual([]);
  });

  test('leaves a version deactivated that meanwhile may have no environments', async () => {
    start();
    const managed = { maxConcurrency: 1 };
    await insert({ managed });
    const none = { ...managed, scaling: { minEnvironments: 0, maxEnvironments: 0 } };
    await changeFunction(store, REFERENCE, ({ current }) => ({
      current: { ...current, managed: none },
      serving: undefined,
    }));
    await finish();
    expect((await stored()).current).toMatchObject({ state: 'Deactivated', lastUpdateStatus: 'Successful' });
  });

  test('gives up on a function whose code cannot be made ready', async () => {
    start();
    await insert();
    await finish(new Error('no space left'));
    expect((await stored()).current).toMatchObject({
      state: 'Failed',
      stateReason: { message: 'no space left', code: 'InternalError' },
    });
    expect(errors).toHaveLength(1);
  });

  test('completes an update, and after a failed one keeps serving what there was', async () => {
    start();
    await insert();
    await finish();
    const { current: before } = await stored();
    await update({ memoryMb: 256 });
    expect((await stored()).serving).toEqual(before);
    await finish();
    expect(await stored()).toMatchObject({
      current: { memoryMb: 256, lastUpdateStatus: 'Successful' },
      serving: undefined,
    });
    await update({ memoryMb: 512 });
    await finish(new Error('broken'));
    expect(await stored()).toMatchObject({
      current: { state: 'Active', memoryMb: 512, lastUpdateStatus: 'Failed' },
      serving: { memoryMb: 256 },
    });
    await update({ memoryMb: 1024 });
    expect((await stored()).serving).toMatchObject({ memoryMb: 256 });
    await finish();
    expect(await stored()).toMatchObject({ current: { memoryMb: 1024 }, serving: undefined });
  });

  test('takes up what an earlier run has left', async () => {
    await insert();
    await insert({ name: 'done', state: 'Active', lastUpdateStatus: 'Successful' });
    await insert({ name: 'tricky', state: 'Active', description: '"state":"Pending"' });
    await insert({ name: 'half', state: 'Active', lastUpdateStatus: 'InProgress' });
    start();
    await expect.poll(() => asked.length).toBe(2);
    await finish();
    expect((await stored()).current.state).toBe('Active');
    expect((await findFunction(store.db, { ...REFERENCE, name: 'half' }))?.current.lastUpdateStatus).toBe(
      'Successful',
    );
  });

  test('leaves a function alone that was deleted or replaced meanwhile', async () => {
    start();
    await insert();
    await deleteFunctionRows(store, REFERENCE);
    const second = await insert({ memoryMb: 999 });
    expect(asked).toHaveLength(2);
    asked[0]?.outcome.resolve();
    await expect.poll(async () => (await stored()).current.state).toBe('Pending');
    expect((await stored()).current).toEqual(second);
    await deleteFunctionRows(store, REFERENCE);
    await finish();
    expect(await findFunction(store.db, REFERENCE)).toBeUndefined();
    expect(errors).toEqual([]);
  });

  test('is not thrown off by a change that is no deployment', async () => {
    start();
    await insert();
    const revisionId = randomUUID();
    await changeFunction(store, REFERENCE, ({ current, serving }) => ({
      current: { ...current, revisionId },
      serving,
    }));
    expect(asked).toHaveLength(1);
    await finish();
    expect((await stored()).current.state).toBe('Active');
  });

  test('starts nothing after it was stopped', async () => {
    start();
    activation?.stop();
    await insert();
    await finish();
    expect(asked).toEqual([]);
    expect((await stored()).current.state).toBe('Pending');
  });
});

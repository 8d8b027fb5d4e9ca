import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../../../test/support/engines.ts';
import { pendingFunction } from '../../../../test/support/stored-functions.ts';
import {
  codeSigningConfigArn,
  type StoredCodeSigningConfig,
} from '../../../model/stored-code-signing-config.ts';
import type { Change } from '../../../store/change-feed.ts';
import type { Store } from '../../../store/store.ts';
import { insertFunction } from '../functions/insert-function.ts';
import { findSettings } from '../functions/settings-rows.ts';
import { attachConfig } from './attached-config.ts';
import {
  deleteConfigRow,
  findConfig,
  insertConfig,
  listConfigs,
  listUsers,
  lockConfig,
  replaceConfig,
} from './config-rows.ts';

const OWNER = { accountId: '000000000000', region: 'us-east-1' };
const FUNCTION = { ...OWNER, name: 'stored' };

let database: TestDatabase;
let store: Store;
let other: Store;

function configOf(id: string): StoredCodeSigningConfig {
  return { ...OWNER, id: `csc-${id}`, allowedPublishers: ['arn'], policy: 'Warn', lastModifiedMs: 1 };
}

async function inserted(id: string): Promise<string> {
  const config = configOf(id);
  await store.write(async (tx, announce) => await insertConfig(tx, announce, config));
  return codeSigningConfigArn(config);
}

async function attach(through: Store, arn: string): Promise<void> {
  await through.write(async (tx, announce) => await attachConfig(tx, announce, FUNCTION, arn, OWNER));
}

/** As DeleteCodeSigningConfig does it. */
async function remove(through: Store, arn: string): Promise<void> {
  await through.write(async (tx, announce) => {
    const config = await lockConfig(tx, arn, OWNER);
    if (config === undefined) throw new Error('gone');
    if ((await listUsers(tx, config, '', 1)).length > 0) throw new Error('in use');
    await deleteConfigRow(tx, announce, config);
  });
}

describe.each(engines)('code signing configurations on $name', (engine) => {
  beforeEach(async () => {
    database = await engine.create();
    store = await database.open();
    // The embedded engine lets one platform in; on a shared one another writes at the same time.
    other = engine.name === 'postgres' ? await database.open() : store;
    const latest = pendingFunction({ codeSha256: await store.blobs.put(Buffer.from('code')) });
    await insertFunction(store, latest, undefined, async () => {});
  });

  afterEach(async () => {
    if (other !== store) await other.close();
    await store.close();
    await database.remove();
  });

  test('are announced, found again, replaced and deleted', async () => {
    const changes: Change[] = [];
    store.changes.subscribe('code-signing-config', (change) => changes.push(change));
    const arn = await inserted('a');
    expect(await findConfig(store.db, arn, OWNER)).toEqual(configOf('a'));
    expect(await findConfig(store.db, arn, { ...OWNER, region: 'eu-west-1' })).toBeUndefined();
    const enforcing: StoredCodeSigningConfig = { ...configOf('a'), policy: 'Enforce' };
    await store.write(async (tx, announce) => await replaceConfig(tx, announce, enforcing));
    expect(await findConfig(store.db, arn, OWNER)).toEqual(enforcing);
    await remove(store, arn);
    expect(await findConfig(store.db, arn, OWNER)).toBeUndefined();
    expect(changes).toEqual([
      { kind: 'code-signing-config', key: arn, value: configOf('a') },
      { kind: 'code-signing-config', key: arn, value: enforcing },
      { kind: 'code-signing-config', key: arn },
    ]);
  });

  test('are listed in order, from where the last page ended', async () => {
    for (const id of ['b', '1', 'a']) await inserted(id);
    const ids = async (after: string, limit: number): Promise<string[]> =>
      (await listConfigs(store.db, OWNER, after, limit)).map((config) => config.id);
    expect(await ids('', 9)).toEqual(['csc-1', 'csc-a', 'csc-b']);
    expect(await ids('csc-1', 1)).toEqual(['csc-a']);
  });

  test('are never deleted while a function takes them into use', async () => {
    for (let round = 0; round < 20; round += 1) {
      const arn = await inserted(`round${round}`);
      const [attached, removed] = await Promise.allSettled([attach(store, arn), remove(other, arn)]);
      const outcome = [attached.status, removed.status];
      expect([
        ['fulfilled', 'rejected'],
        ['rejected', 'fulfilled'],
      ]).toContainEqual(outcome);
      const isThere = (await findConfig(store.db, arn, OWNER)) !== undefined;
      expect(isThere).toBe(attached.status === 'fulfilled');
      const settings = await findSettings(store.db, FUNCTION);
      expect(settings?.codeSigningConfigArn === arn).toBe(isThere);
    }
  });
});

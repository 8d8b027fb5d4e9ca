import { renameSync } from 'node:fs';
import { cp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../test/support/engines.ts';
import { RESET_CHANGE } from './change-feed.ts';
import type { Store } from './store.ts';
import { StoreUnavailable } from './store-unavailable.ts';

const CONTENT = Buffer.from('a package');

let first: TestDatabase;
let second: TestDatabase;
let sha256: string;

async function keepBlob(store: Store): Promise<void> {
  sha256 = await store.blobs.put(CONTENT);
  await store.write(async (tx) => await store.blobs.reference(tx, sha256, 'function'));
}

const blobsOf = ({ dataDir }: TestDatabase): string => join(dataDir, 'blobs');

/** The second database is given the first one's blobs, as by `--store` with the data directory of before. */
async function moveBlobs(): Promise<void> {
  await rm(blobsOf(second), { recursive: true, force: true });
  await cp(blobsOf(first), blobsOf(second), { recursive: true });
}

async function expectRefusal(): Promise<void> {
  const refused = second.open();
  await expect(refused).rejects.toThrow(StoreUnavailable);
  await expect(refused).rejects.toThrow(
    `The packages in ${blobsOf(second)} are those of another store: --store names another database`,
  );
  const folder = join(blobsOf(second), sha256.slice(0, 2));
  expect(await readdir(folder)).toEqual([sha256]);
}

describe.each(engines)('blobs on $name', (engine) => {
  beforeEach(async () => {
    [first, second] = await Promise.all([engine.create(), engine.create()]);
    const store = await first.open();
    await keepBlob(store);
    await store.close();
  });

  afterEach(async () => {
    await first.remove();
    await second.remove();
  });

  test('are not taken away by a database that never knew them, however often it is opened', async () => {
    await moveBlobs();
    await expectRefusal();
    await expectRefusal();
  });

  test('are not taken away by a database with blobs of its own', async () => {
    const store = await second.open();
    await store.blobs.put(Buffer.from('other'));
    await store.close();
    await moveBlobs();
    await expectRefusal();
  });

  test('of a time before databases had names belong to whoever knows one of them', async () => {
    await rm(join(blobsOf(first), 'store-id'));
    const store = await first.open();
    expect(await store.blobs.read(sha256)).toEqual(CONTENT);
    await store.close();
    await rm(join(blobsOf(first), 'store-id'));
    await moveBlobs();
    await expectRefusal();
  });

  test('that are given up are replaced by those of the database', async () => {
    await moveBlobs();
    await expectRefusal();
    await rm(blobsOf(second), { recursive: true });
    let store = await second.open();
    await keepBlob(store);
    await store.close();
    store = await second.open();
    expect(await store.blobs.read(sha256)).toEqual(CONTENT);
    await store.close();
  });

  test('that a crash left after a reset are swept away all the same', async () => {
    let store = await first.open();
    await store.reset();
    await store.close();
    await writeFile(join(blobsOf(first), sha256.slice(0, 2), sha256), CONTENT);
    store = await first.open();
    await store.close();
    expect(await readdir(join(blobsOf(first), sha256.slice(0, 2)))).toEqual([]);
  });

  test('that a reset did not get to before it ended are swept away by the next start', async () => {
    let store = await first.open();
    const away = `${blobsOf(first)}-away`;
    // The rows are gone by then.
    store.changes.subscribe(RESET_CHANGE, () => renameSync(blobsOf(first), away));
    await expect(store.reset()).rejects.toThrow('no such file or directory');
    await rename(away, blobsOf(first));
    await store.close();
    store = await first.open();
    await store.close();
    expect(await readdir(join(blobsOf(first), sha256.slice(0, 2)))).toEqual([]);
  });

  test('may be brought while a reset is under way', async () => {
    const store = await first.open();
    const resetting = { isOver: false };
    const bring = async (): Promise<void> => {
      for (let count = 0; !resetting.isOver; count += 1)
        await store.blobs.put(Buffer.from(`package ${count}`));
    };
    await Promise.all([store.reset().finally(() => (resetting.isOver = true)), bring()]);
    await keepBlob(store);
    expect(await store.blobs.read(sha256)).toEqual(CONTENT);
    await store.close();
  });
});

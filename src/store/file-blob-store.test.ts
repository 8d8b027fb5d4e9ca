import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { engines, type TestDatabase } from '../../test/support/engines.ts';
import { holdFiles } from './backup-lock.ts';
import { MissingBlob } from './blob-store.ts';
import { BACKUP_LOCK } from './postgres-engine.ts';
import type { Store } from './store.ts';

const CONTENT = Buffer.from('a deployment package');
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

describe.each(engines)('blobs on $name', (engine) => {
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

  const reference = (sha256: string, owner: string): Promise<void> =>
    store.write((tx) => store.blobs.reference(tx, sha256, owner));
  const release = (sha256: string, owner: string): Promise<void> =>
    store.write((tx) => store.blobs.release(tx, sha256, owner));
  const files = async (): Promise<string[]> => {
    const entries = await readdir(join(database.dataDir, 'blobs'), { recursive: true, withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    return names.filter((name) => name !== 'store-id');
  };
  const reopen = async (): Promise<void> => {
    await store.close();
    store = await database.open();
  };

  test('content is kept under its hash as long as somebody needs it', async () => {
    expect(await store.blobs.put(CONTENT)).toBe(SHA256);
    expect(store.blobs.path(SHA256)).toBe(join(database.dataDir, 'blobs', SHA256.slice(0, 2), SHA256));
    await reference(SHA256, 'one');
    await reference(SHA256, 'two');
    await reference(SHA256, 'two');
    await release(SHA256, 'one');
    await reopen();
    expect(await store.blobs.read(SHA256)).toEqual(CONTENT);
    await release(SHA256, 'two');
    expect(() => store.blobs.path(SHA256)).toThrow(`There is no blob ${SHA256}`);
    await reopen();
    expect(await files()).toEqual([]);
    expect(database.warnings).toEqual([]);
  });

  test('large content is hashed and kept alike', async () => {
    const content = randomBytes(3_000_000);
    const sha256 = await store.blobs.put(content);
    expect(sha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect(await readFile(store.blobs.path(sha256))).toEqual(content);
  });

  test('a write that fails keeps the blob as it was', async () => {
    await store.blobs.put(CONTENT);
    const refused = store.write(async (tx) => {
      await store.blobs.reference(tx, SHA256, 'one');
      throw new Error('refused');
    });
    await expect(refused).rejects.toThrow('refused');
    // Still there for the next attempt.
    await reference(SHA256, 'one');
    const kept = store.write(async (tx) => {
      await store.blobs.release(tx, SHA256, 'one');
      throw new Error('refused');
    });
    await expect(kept).rejects.toThrow('refused');
    expect(await store.blobs.read(SHA256)).toEqual(CONTENT);
  });

  test('a blob that nobody put cannot be referred to', async () => {
    await expect(reference(SHA256, 'one')).rejects.toThrow('put it first');
    for (const name of ['../../../etc/passwd', SHA256.toUpperCase(), '']) {
      expect(() => store.blobs.path(name)).toThrow('Not the name of a blob');
    }
  });

  test('the same content put while its last owner lets go is not lost', async () => {
    for (let round = 0; round < 30; round += 1) {
      await store.blobs.put(CONTENT);
      await reference(SHA256, `old-${round}`);
      const replace = async (): Promise<void> => {
        await store.blobs.put(CONTENT);
        await reference(SHA256, `new-${round}`);
      };
      await Promise.all([release(SHA256, `old-${round}`), replace()]);
      expect(await store.blobs.read(SHA256)).toEqual(CONTENT);
      await release(SHA256, `new-${round}`);
      expect(() => store.blobs.path(SHA256)).toThrow('There is no blob');
    }
  });

  test('closing waits until what was let go is gone', async () => {
    await store.blobs.put(CONTENT);
    await reference(SHA256, 'one');
    const releasing = release(SHA256, 'one');
    await store.close();
    await releasing;
    expect(await files()).toEqual([]);
    expect(database.warnings).toEqual([]);
    store = await database.open();
  });

  test('many puts of the same content at once are one file', async () => {
    const content = randomBytes(400_000);
    const hashes = await Promise.all(Array.from({ length: 8 }, () => store.blobs.put(content)));
    expect(new Set(hashes).size).toBe(1);
    expect(await files()).toEqual([hashes[0]]);
  });

  test('opening clears away what a crash left', async () => {
    await store.blobs.put(Buffer.from('never referred to'));
    await store.blobs.put(CONTENT);
    await reference(SHA256, 'one');
    await store.close();
    const blobs = join(database.dataDir, 'blobs');
    await mkdir(join(blobs, 'ff'));
    await writeFile(join(blobs, 'ff', 'f'.repeat(64)), 'unknown to the tables');
    await writeFile(join(blobs, 'tmp', 'half'), 'half writ');
    // Younger ones may be another platform's, which is just writing them.
    await utimes(join(blobs, 'tmp', 'half'), 0, 0);
    await reopen();
    await reopen();
    expect(await files()).toEqual([SHA256]);
  });

  test('a file that is damaged is whole again once its content is put again', async () => {
    const content = randomBytes(400_000);
    const sha256 = await store.blobs.put(content);
    await reference(sha256, 'one');
    const damaged = Buffer.from(content);
    damaged.fill(0, 1_000, 5_000);
    await writeFile(store.blobs.path(sha256), damaged);
    await store.blobs.put(content);
    expect(content.equals(await store.blobs.read(sha256))).toBe(true);
  });

  test('a file that is missing is warned of, one of another size is refused', async () => {
    await store.blobs.put(CONTENT);
    await reference(SHA256, 'one');
    await truncate(store.blobs.path(SHA256), 3);
    await expect(store.blobs.read(SHA256)).rejects.toThrow(
      `The blob ${SHA256} is damaged: 3 bytes on disk, ${CONTENT.length} expected.`,
    );
    // Putting the content again mends it.
    await store.blobs.put(CONTENT);
    expect(await store.blobs.read(SHA256)).toEqual(CONTENT);
    await store.close();
    await rm(join(database.dataDir, 'blobs', SHA256.slice(0, 2)), { recursive: true });
    await reopen();
    expect(database.warnings).toHaveLength(1);
    expect(database.warnings[0]).toContain(SHA256);
  });

  test('content stays while a backup is being made, and goes after it', async () => {
    await store.blobs.put(CONTENT);
    await reference(SHA256, 'one');
    const letGo = await hold();
    await release(SHA256, 'one');
    await reopen();
    expect(await files()).toEqual([SHA256]);
    await letGo();
    await vi.waitFor(async () => expect(await files()).toEqual([]), { timeout: 30_000 });
  });

  test('content that is needed again while a backup is being made stays after it', async () => {
    await store.blobs.put(CONTENT);
    await reference(SHA256, 'one');
    const letGo = await hold();
    await release(SHA256, 'one');
    await store.blobs.put(CONTENT);
    await reference(SHA256, 'two');
    const other = await store.blobs.put(Buffer.from('other'));
    await reference(other, 'two');
    await release(other, 'two');
    await letGo();
    await vi.waitFor(async () => expect(await files()).toEqual([SHA256]), { timeout: 30_000 });
  });

  /** As a backup does. */
  async function hold(): Promise<() => Promise<void>> {
    if (database.url === undefined) {
      const letGo = holdFiles(database.dataDir);
      return async () => letGo();
    }
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(`select pg_advisory_lock_shared(${BACKUP_LOCK})`);
    return async () => await client.end();
  }

  describe.runIf(engine.name === 'postgres')('that several platforms share', () => {
    let other: Store;

    beforeEach(async () => {
      other = await database.open();
    });

    afterEach(async () => await other.close());

    test('are left alone by a platform that starts while another one puts them', async () => {
      await other.blobs.put(CONTENT);
      await reopen();
      await other.write(async (tx) => await other.blobs.reference(tx, SHA256, 'one'));
      expect(await store.blobs.read(SHA256)).toEqual(CONTENT);
    });

    test('are not lost when one platform puts what the last owner lets go on another', async () => {
      for (let round = 0; round < 20; round += 1) {
        await store.blobs.put(CONTENT);
        await reference(SHA256, `old-${round}`);
        const replace = async (): Promise<void> => {
          await other.blobs.put(CONTENT);
          await other.write(async (tx) => await other.blobs.reference(tx, SHA256, `new-${round}`));
        };
        await Promise.all([release(SHA256, `old-${round}`), replace()]);
        expect(await store.blobs.read(SHA256)).toEqual(CONTENT);
        await release(SHA256, `new-${round}`);
        expect(() => store.blobs.path(SHA256)).toThrow('There is no blob');
      }
    });

    test('are there as long as anybody refers to them, whoever lets go at that moment', async () => {
      for (let round = 0; round < 20; round += 1) {
        await store.blobs.put(CONTENT);
        await reference(SHA256, `old-${round}`);
        // Without a put: as a function does that takes a layer.
        const taking = other.write(async (tx) => await other.blobs.reference(tx, SHA256, `new-${round}`));
        const [taken] = await Promise.allSettled([taking, release(SHA256, `old-${round}`)]);
        if (taken.status === 'rejected') {
          expect(taken.reason).toBeInstanceOf(MissingBlob);
          continue;
        }
        expect(await store.blobs.read(SHA256)).toEqual(CONTENT);
        await release(SHA256, `new-${round}`);
      }
    });
  });
});

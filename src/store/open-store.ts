import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ChangeFeed } from './change-feed.ts';
import { DatabaseStore } from './database-store.ts';
import type { Engine } from './engine.ts';
import { FileBlobStore } from './file-blob-store.ts';
import { migrate } from './migrate.ts';
import { openSqlite } from './sqlite-engine.ts';
import type { Store } from './store.ts';
import { reasonOf, StoreUnavailable } from './store-unavailable.ts';

export interface StoreOptions {
  /** Where the embedded database and the blobs are. Its lock (directory-lock.ts) is the caller's business. */
  readonly dataDir: string;
  /** `postgres://...`; undefined for the embedded database. */
  readonly url: string | undefined;
  /** Keeps everything in a temporary directory that is removed on close; `dataDir` is not touched. */
  readonly ephemeral: boolean;
  /** Something that needs a person's attention, in one line. */
  readonly onWarning: (message: string) => void;
}

/** Opens the store, brings its tables up to date and clears away what a crash left. @throws StoreUnavailable */
export async function openStore(options: StoreOptions): Promise<Store> {
  if (!options.ephemeral) return openIn(resolve(options.dataDir), options, async () => {});
  if (options.url !== undefined) {
    throw new StoreUnavailable('An ephemeral store is an embedded one: leave out --ephemeral or --store.');
  }
  const directory = await mkdtemp(join(tmpdir(), 'lambent-'));
  const removeDirectory = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    return await openIn(directory, options, removeDirectory);
  } catch (error) {
    await removeDirectory();
    throw error;
  }
}

async function openIn(dataDir: string, options: StoreOptions, onClosed: () => Promise<void>): Promise<Store> {
  let engine: Engine | undefined;
  try {
    mkdirSync(dataDir, { recursive: true });
    refuseUnfinished(dataDir);
    engine = await openEngine(dataDir, options);
    await engine.migrate(migrate);
    const store = assemble(engine, dataDir, options, onClosed);
    await store.others?.open();
    await store.blobs.sweep();
    return store;
  } catch (error) {
    await engine?.close();
    if (error instanceof StoreUnavailable) throw error;
    throw new StoreUnavailable(`Cannot open the store in ${dataDir}: ${reasonOf(error)}.`, { cause: error });
  }
}

/** Until a backup is finished its database has another name. */
function refuseUnfinished(dataDir: string): void {
  if (existsSync(join(dataDir, 'lambent.db.part')) || existsSync(join(dataDir, 'lambent.dump.part')))
    throw new StoreUnavailable(`${dataDir} is a backup that was not finished: files are missing in it.`);
}

async function openEngine(dataDir: string, { url, ephemeral, onWarning }: StoreOptions): Promise<Engine> {
  if (url === undefined) {
    return openSqlite({ file: join(dataDir, 'lambent.db'), durable: !ephemeral, onWarning });
  }
  // The client is loaded by those who use it: it would cost every other start a tenth of its time.
  const { openPostgres } = await import('./postgres-engine.ts');
  return openPostgres(url, onWarning);
}

function assemble(
  engine: Engine,
  dataDir: string,
  { ephemeral, onWarning }: StoreOptions,
  onClosed: () => Promise<void>,
): DatabaseStore {
  return new DatabaseStore({
    engine,
    changes: new ChangeFeed((error) => onWarning(`A listener to changes failed: ${reasonOf(error)}.`)),
    blobs: (hooks) =>
      new FileBlobStore({
        directory: join(dataDir, 'blobs'),
        durable: !ephemeral,
        isShared: engine.name === 'postgres',
        db: engine.db,
        onWarning,
        ...hooks,
      }),
    onWarning,
    onClosed,
  });
}

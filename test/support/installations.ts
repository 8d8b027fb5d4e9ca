import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sharedPostgres } from './platforms.ts';
import { giveToServer } from './server-user.ts';
import { startServer, temporaryDirectory, type TestServer } from './server.ts';
import { createDatabase } from './shared-database.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/lambent.mjs');
const run = promisify(execFile);

/** Platforms on one store, to be backed up while they run. */
export interface Installation {
  readonly servers: readonly TestServer[];
  /** A folder for whatever the test makes. */
  readonly path: string;
  /** The first one's. */
  readonly dataDir: string;
  /** Of `lambent backup`, after the folder. */
  readonly flags: readonly string[];
  /** Starts a platform on a backup. */
  restore(folder: string): Promise<TestServer>;
  remove(): Promise<void>;
}

export async function backUp(folder: string, flags: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [LAUNCHER, 'backup', folder, ...flags]);
  return stdout;
}

export const backupProgram = (folder: string, flags: readonly string[]): [string, string[]] => [
  process.execPath,
  [LAUNCHER, 'backup', folder, ...flags],
];

/** Files of objects in a data directory. */
export async function objectFiles(dataDir: string): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'objects'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** One platform on a database of its own. */
async function embedded(): Promise<Installation> {
  const { path, remove } = await temporaryDirectory();
  const dataDir = join(path, 'data');
  const servers = [await startServer({ dataDir, store: 'sqlite' })];
  return {
    servers,
    path,
    dataDir,
    flags: ['--data-dir', dataDir],
    restore: async (folder) => await startServer({ dataDir: folder, store: 'sqlite' }),
    remove: async () => {
      for (const server of servers) await server.stop();
      await remove();
    },
  };
}

/** What there is to be backed up here; the rest is skipped, with a word of it. */
export function kindsOfInstallations() {
  const server = sharedPostgres();
  const canDump = ['pg_dump', 'pg_restore'].every((name) => spawnSync(name, ['--version']).status === 0);
  if (server !== undefined && !canDump) console.log('skipped: pg_dump and pg_restore are not on the PATH');
  const isPostgres = process.env['LAMBENT_E2E_STORE'] === 'postgres';
  return [
    { name: 'an embedded database', make: embedded, isSkipped: isPostgres },
    {
      name: 'two platforms on one PostgreSQL',
      make: async () => await shared(server ?? ''),
      isSkipped: server === undefined || !canDump,
    },
  ];
}

/** Two platforms on one database of PostgreSQL's, with their packages and objects in common. */
async function shared(serverUrl: string): Promise<Installation> {
  const databases = [await createDatabase(serverUrl)];
  const [{ url: database } = { url: '' }] = databases;
  const { path, remove } = await temporaryDirectory();
  for (const name of ['blobs', 'objects']) {
    await mkdir(join(path, name));
    await giveToServer(join(path, name));
  }
  const start = async (name: string): Promise<TestServer> => {
    const dataDir = join(path, name);
    await mkdir(dataDir);
    await giveToServer(dataDir);
    for (const common of ['blobs', 'objects']) await symlink(join(path, common), join(dataDir, common));
    return await startServer({ dataDir, store: 'sqlite', flags: ['--store', database] });
  };
  const servers = await Promise.all(['one', 'two'].map(start));
  const dataDir = join(path, 'one');
  return {
    servers,
    path,
    dataDir,
    flags: ['--store', database, '--data-dir', dataDir],
    restore: async (folder) => {
      const another = await createDatabase(serverUrl);
      databases.push(another);
      await run('pg_restore', ['--exit-on-error', `--dbname=${another.url}`, join(folder, 'lambent.dump')]);
      return await startServer({ dataDir: folder, store: 'sqlite', flags: ['--store', another.url] });
    },
    remove: async () => {
      for (const server of servers) await server.stop();
      await remove();
      for (const each of databases) await each.remove();
    },
  };
}

import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { giveToServer } from './server-user.ts';
import { startServer, temporaryDirectory, type TestServer } from './server.ts';
import { createDatabase } from './shared-database.ts';

/** The PostgreSQL server that platforms of a test can share; undefined, with a word of it, where there is none. */
export function sharedPostgres(): string | undefined {
  const url = process.env['LAMBENT_TEST_POSTGRES'];
  if (url === undefined)
    console.log('skipped: LAMBENT_TEST_POSTGRES names no server for two platforms to share');
  return url;
}

/** For a test of two platforms: a machine that many share has been seen to take ten times as long as another. */
export const PATIENT = { timeout: 180_000 };

export interface Platforms {
  readonly one: TestServer;
  readonly two: TestServer;
  readonly databaseUrl: string;
  /** Another one on the same database. */
  start(flags?: readonly string[]): Promise<TestServer>;
  /** Stops them all and removes what they had. */
  remove(): Promise<void>;
}

export interface PlatformsOptions {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** For the second one only. */
  readonly flagsOfTwo?: readonly string[];
  /** The folder of deployment packages is common to them, as it has to be. */
  readonly sharesBlobs?: boolean;
}

/** Two platforms on one PostgreSQL, each with a data directory of its own: neither knows of the other but through that. */
export async function startPlatforms(serverUrl: string, options: PlatformsOptions = {}): Promise<Platforms> {
  const database = await createDatabase(serverUrl);
  const common = await temporaryDirectory();
  const directories = [common];
  const servers: TestServer[] = [];
  await mkdir(join(common.path, 'blobs'));
  await giveToServer(join(common.path, 'blobs'));
  const start = async (flags: readonly string[] = []): Promise<TestServer> => {
    const directory = await temporaryDirectory();
    directories.push(directory);
    if (options.sharesBlobs !== false)
      await symlink(join(common.path, 'blobs'), join(directory.path, 'blobs'));
    const all = ['--store', database.url, ...(options.flags ?? []), ...flags];
    const server = await startServer({
      dataDir: directory.path,
      store: 'sqlite',
      flags: all,
      env: options.env ?? {},
    });
    servers.push(server);
    return server;
  };
  const remove = async (): Promise<void> => {
    const ends = await Promise.allSettled(servers.map(async (server) => await server.stop()));
    for (const directory of directories) await directory.remove();
    await database.remove();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  };
  try {
    // At once: the tables are made by whoever comes first.
    const [one, two] = await Promise.all([start(), start(options.flagsOfTwo)]);
    return { one, two, databaseUrl: database.url, start, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

/** Where one test server keeps its state: the flags that say so, and how to remove it afterwards. */
export interface ServerState {
  readonly flags: readonly string[];
  remove(): Promise<void>;
}

/** The engine that servers keep their state in, unless a test names one. */
const DEFAULT_STORE = process.env['LAMBENT_E2E_STORE'] === 'postgres' ? 'postgres' : 'sqlite';

/**
 * With LAMBENT_E2E_STORE=postgres every server gets a database of its own on the server LAMBENT_TEST_POSTGRES names; one
 * data directory always means the same database, so that restarts find their state.
 * @param dataDir keep state here across restarts; undefined: gone after the test
 */
export async function serverState(
  dataDir: string | undefined,
  store: 'sqlite' | 'postgres' = DEFAULT_STORE,
): Promise<ServerState> {
  if (store === 'sqlite') {
    const flags = dataDir === undefined ? ['--ephemeral'] : ['--data-dir', dataDir, '--allow-reset'];
    return { flags, remove: async () => undefined };
  }
  const directory = dataDir ?? (await mkdtemp(join(tmpdir(), 'lambent-test-')));
  const database = `e2e_${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`;
  const server = process.env['LAMBENT_TEST_POSTGRES'] ?? '';
  await onServer(server, async (client) => {
    const found = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database ${database}`);
  });
  const url = new URL(server);
  url.pathname = `/${database}`;
  return {
    flags: ['--data-dir', directory, '--allow-reset', '--store', url.href],
    remove: async () => {
      if (dataDir !== undefined) return;
      await onServer(
        server,
        async (client) => void (await client.query(`drop database if exists ${database} with (force)`)),
      );
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function onServer(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

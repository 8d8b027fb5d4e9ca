import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { BACKUP_LOCK, clientConfig, withoutPassword } from '../../store/postgres-engine.ts';
import { reasonOf } from '../../store/store-unavailable.ts';
import { StartError } from '../start-error.ts';
import type { DatabaseCopy } from './database-copy.ts';
import { type NamedFile, namedFiles } from './named-files.ts';

/** A dump may take hours; of a machine that is gone the server knows within a minute, and ends its hold. */
const SESSION_SETUP = `set default_transaction_read_only = on; set idle_in_transaction_session_timeout = 0;
  set idle_session_timeout = 0; set statement_timeout = 0; set tcp_keepalives_idle = 30;
  set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3`;

/** A database on a PostgreSQL server, dumped by PostgreSQL's own `pg_dump`. @param dataDir where its files should be */
export function postgresCopy(url: string, dataDir: string): DatabaseCopy {
  return {
    fileName: 'lambent.dump',
    hold: async () => {
      const client = await connect(url);
      let lost: Error | undefined;
      client.on('error', (error) => (lost = error));
      try {
        await refuseOthers(client, dataDir);
        await client.query(`select pg_advisory_lock_shared(${BACKUP_LOCK})`);
      } catch (error) {
        await client.end();
        throw error;
      }
      return async () => {
        await client.end().catch(() => undefined);
        // From then on platforms took files away.
        if (lost !== undefined)
          throw new StartError(`The connection to PostgreSQL was lost: ${reasonOf(lost)}.`);
      };
    },
    writeTo: async (file, signal) => await dump(url, file, signal),
  };
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ ...clientConfig(url), application_name: 'lambent backup', keepAlive: true });
  // Between two statements, as while pg_dump runs, nobody waits for it: the next one finds out.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(SESSION_SETUP);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new StartError(
      `Cannot use the PostgreSQL store at ${withoutPassword(url)}: ${reasonOf(error)}. Check --store, and that the server is up.`,
    );
  }
}

/** Files of another store would all count as missing. */
async function refuseOthers(client: Client, dataDir: string): Promise<void> {
  const ofFiles = (await readFile(join(dataDir, 'blobs', 'store-id'), 'utf8').catch(() => '')).trim();
  const found = await client.query(`select to_regclass('platform_keys') is not null as has_keys`);
  const rows = found.rows[0]?.has_keys
    ? (await client.query(`select value from platform_keys where name = 'store'`)).rows
    : [];
  if (rows[0]?.value === ofFiles) return;
  throw new StartError(
    `The files in ${dataDir} are not those of the database at --store. Name their data directory with --data-dir.`,
  );
}

async function dump(url: string, file: string, signal: AbortSignal): Promise<readonly NamedFile[]> {
  const client = await connect(url);
  try {
    await client.query('begin isolation level repeatable read read only');
    const { rows } = await client.query('select pg_export_snapshot() as id');
    await runDump(url, ['--format=custom', `--snapshot=${rows[0]?.id}`, `--file=${file}`], signal);
    const ask = async (query: string) => (await client.query(query)).rows;
    const tables = await ask('select tablename as name from pg_tables where schemaname = current_schema()');
    return await namedFiles(ask, new Set(tables.map(({ name }) => String(name))));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The password goes by the environment, since every user of the machine sees arguments. */
async function runDump(url: string, parameters: readonly string[], signal: AbortSignal): Promise<void> {
  const address = new URL(url);
  const PGPASSWORD = decodeURIComponent(address.password);
  address.password = '';
  const env = { ...process.env, ...(PGPASSWORD !== '' && { PGPASSWORD }) };
  const child = spawn('pg_dump', [...parameters, '--no-password', `--dbname=${address.href}`], {
    env,
    signal,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said = `${said}${text.toString()}`.slice(-2_000)));
  try {
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`pg_dump failed: ${said.trim().replaceAll(/\s*\n\s*/g, ' ')}`);
  } catch (error) {
    signal.throwIfAborted();
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw isAbsent
      ? new StartError(
          'pg_dump is not on the PATH. Install the client programs of PostgreSQL, as new as its server.',
        )
      : error;
  }
}

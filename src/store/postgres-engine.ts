import { type CompiledQuery, Kysely, PostgresDialect, type QueryResult, sql } from 'kysely';
import { Client, type ClientConfig, Pool, type PoolClient, TypeOverrides } from 'pg';
import { type Engine, TRANSACTION_SQL, type TransactionCommand, type WriterConnection } from './engine.ts';
import { OutcomeUnknown } from './outcome-unknown.ts';
import type { Database } from './schema.ts';
import { reasonOf, StoreUnavailable } from './store-unavailable.ts';

const OLDEST_SERVER = 150_000;
const READ_CONNECTIONS = 10;
/** For a connection and for its turn: a machine that stalls for some seconds is not one that is down. */
const CONNECT_TIMEOUT_MS = 30_000;

const INT8 = 20;
const NUMERIC = 1_700;
/** The SQLSTATEs of a serialization failure and of a deadlock, which another platform's writes may bring about. */
const LOST_RACES: ReadonlySet<unknown> = new Set(['40001', '40P01']);

/** Counts, sums and times fit a JavaScript number; SQLite gives numbers too. */
const NUMBER_TYPES = [INT8, NUMERIC];

/**
 * What every session starts with. Outside an explicit read-write transaction nothing can be written, as on SQLite's
 * reading connection; and a server set up to answer commits before they are on disk is overruled.
 */
const SESSION_SETUP = `set session characteristics as transaction read only;
  select set_config('synchronous_commit', 'local', false) where current_setting('synchronous_commit') = 'off'`;

/** A PostgreSQL server, 15 or newer. @throws StoreUnavailable */
export async function openPostgres(url: string, onWarning: (message: string) => void): Promise<Engine> {
  const config = clientConfig(url);
  await checkServer(config, url);
  const pool = new Pool({ ...config, max: READ_CONNECTIONS });
  pool.on('error', (error) => {
    // Those that are being ended may break: the pool does not wait until they are.
    if (!pool.ending) onWarning(`An idle connection to PostgreSQL broke: ${reasonOf(error)}.`);
  });
  pool.on('connect', (client) => {
    survive(client);
    client.query(SESSION_SETUP).catch((error: unknown) => onWarning(`PostgreSQL: ${reasonOf(error)}.`));
  });
  const dialect = new PostgresDialect({ pool });
  const db = new Kysely<Database>({ dialect });
  const writers = new Set<PostgresWriter>();
  return {
    name: 'postgres',
    dialect,
    db,
    connectWriter: async () => {
      const writer = await PostgresWriter.connect(config);
      writers.add(writer);
      return writer;
    },
    isLostRace,
    isBackedUp: () => isBackedUp(db),
    migrate: (work) => migrateWith(config, work),
    close: async () => {
      await Promise.all([db.destroy(), ...[...writers].map((writer) => writer.close())]);
    },
  };
}

/**
 * The pool hears of idle connections only. One that ends while it is in use, between two statements, has an error that nobody
 * waits for, which would be this process's end: whoever has it finds out by the next statement.
 */
function survive(client: Pick<Client, 'on'>): void {
  client.on('error', () => undefined);
}

/** Every backup shares it while its connection lasts. */
export const BACKUP_LOCK = "hashtextextended('lambent backup', 0)";

/** Of several platforms that ask at the same moment one may be told so in error: it asks again. */
async function isBackedUp(db: Kysely<Database>): Promise<boolean> {
  const { rows } = await sql<{
    is_free: boolean;
  }>`select pg_try_advisory_xact_lock(${sql.raw(BACKUP_LOCK)}) as is_free`.execute(db);
  return rows[0]?.is_free !== true;
}

function isLostRace(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && LOST_RACES.has(error.code)) || isLostRace(error.cause);
}

/** The server's own word, after which the connection goes on. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR';
}

export function clientConfig(url: string): ClientConfig {
  const overrides = new TypeOverrides();
  for (const type of NUMBER_TYPES) overrides.setTypeParser(type, Number);
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'lambent',
    types: overrides,
  };
}

async function checkServer(config: ClientConfig, url: string): Promise<void> {
  let client: Client | undefined;
  try {
    client = new Client(config);
    survive(client);
    await client.connect();
    const { rows } = await client.query<{ server_version_num: string }>('show server_version_num');
    const version = Number(rows[0]?.server_version_num);
    if (!(version >= OLDEST_SERVER)) {
      throw new Error(`the server is PostgreSQL ${Math.floor(version / 10_000)}, 15 or newer is needed`);
    }
  } catch (error) {
    throw new StoreUnavailable(
      `Cannot use the PostgreSQL store at ${withoutPassword(url)}: ${reasonOf(error)}. Check --store, and that the server is up.`,
    );
  } finally {
    await client?.end().catch(() => {});
  }
}

export function withoutPassword(url: string): string {
  return url.replace(/\/\/([^:@/]*):[^@/]*@/, '//$1@');
}

/** Of platforms that start at once on one database the others wait: what the first one makes is half there meanwhile. */
async function migrateWith<T>(config: ClientConfig, work: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  const pool = new Pool({ ...config, max: 1 });
  let broken: Error | undefined;
  const onBroken = (error: Error): void => {
    broken ??= error;
  };
  pool.on('error', onBroken);
  pool.on('connect', (client) => void client.on('error', onBroken));
  const connect = async (): Promise<PoolClient> => {
    // Another connection would go on without the lock.
    if (broken !== undefined) throw broken;
    return await pool.connect();
  };
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({
      pool: { options: pool.options, connect, end: async () => await pool.end() },
    }),
  });
  try {
    // The connection's, of which there is one: it goes with that.
    await sql`select pg_advisory_lock(hashtextextended('lambent migrations', 0))`.execute(db);
    return await work(db);
  } finally {
    await db.destroy();
  }
}

class PostgresWriter implements WriterConnection {
  lost = false;
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
    client.on('error', () => {
      this.lost = true;
    });
    client.on('end', () => {
      this.lost = true;
    });
  }

  static async connect(config: ClientConfig): Promise<PostgresWriter> {
    // Pipelined: statements go out as they are asked for; each is its own unit, so an error stops only itself.
    const client = new Client({ ...config, pipeline: true });
    const writer = new PostgresWriter(client);
    await client.connect();
    await client.query(SESSION_SETUP);
    return writer;
  }

  async execute<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { command, rowCount, rows } = await this.#client.query(query.sql, [...query.parameters]);
    const changes =
      command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE';
    return changes ? { rows: rows as R[], numAffectedRows: BigInt(rowCount ?? 0) } : { rows: rows as R[] };
  }

  async control(command: TransactionCommand): Promise<void> {
    // A failed `begin` needs no guard: the session is read-only outside such a transaction.
    const statement = command === 'begin' ? 'begin read write' : TRANSACTION_SQL[command];
    const result = await this.#client.query(statement).catch((error: unknown) => {
      throw command === 'commit' && !isRefusal(error)
        ? new OutcomeUnknown(reasonOf(error), { cause: error })
        : error;
    });
    // PostgreSQL answers the commit of an aborted transaction with ROLLBACK, not with an error.
    if (command === 'commit' && result.command !== 'COMMIT') throw new Error('The transaction was given up.');
  }

  async close(): Promise<void> {
    if (!this.lost) await this.#client.end().catch(() => {});
  }
}

import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { SqliteThread } from './sqlite-thread.ts';

/** Kysely over the SQLite thread: its reading connection, or the writing one for migrations. */
export class SqliteDialect implements Dialect {
  readonly #thread: SqliteThread;
  readonly #writes: boolean;

  constructor(thread: SqliteThread, writes: boolean) {
    this.#thread = thread;
    this.#writes = writes;
  }

  createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }

  createDriver(): Driver {
    return new SqliteThreadDriver(this.#thread, this.#writes);
  }

  createIntrospector(db: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }
}

/** SQLite's DDL is transactional; Kysely's own adapter leaves it out. A migration then happens whole or not at all. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class SqliteThreadDriver implements Driver {
  readonly #connection: SqliteConnection;
  readonly #writes: boolean;

  constructor(thread: SqliteThread, writes: boolean) {
    this.#connection = new SqliteConnection(thread, writes);
    this.#writes = writes;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // Reads share one connection, on which transactions would run into each other.
    if (!this.#writes) throw new Error('Use Store.write for a transaction.');
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

class SqliteConnection implements DatabaseConnection {
  readonly #thread: SqliteThread;
  readonly #writes: boolean;

  constructor(thread: SqliteThread, writes: boolean) {
    this.#thread = thread;
    this.#writes = writes;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return runOnThread(this.#thread, this.#writes, query);
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }
}

/** Runs one statement; integers come back as numbers, rows as plain objects. */
export async function runOnThread<R>(
  thread: SqliteThread,
  writes: boolean,
  query: CompiledQuery,
): Promise<QueryResult<R>> {
  const outcome = await thread.run({
    writes,
    command: undefined,
    sql: query.sql,
    parameters: query.parameters.map(toSqlite),
  });
  if ('changes' in outcome) {
    return { rows: [], numAffectedRows: BigInt(outcome.changes), insertId: BigInt(outcome.insertId) };
  }
  const { columns } = outcome;
  const rows = outcome.rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < columns.length; index += 1) row[columns[index] ?? ''] = values[index];
    return row as R;
  });
  return { rows };
}

/** SQLite has no booleans, and node:sqlite refuses `undefined`. */
function toSqlite(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value ?? null;
}

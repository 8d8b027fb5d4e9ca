import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { type CompiledQuery, Kysely, type QueryResult } from 'kysely';
import { areFilesHeld } from './backup-lock.ts';
import { copyEmptyDatabase } from './empty-database.ts';
import { type Engine, TRANSACTION_SQL, type TransactionCommand, type WriterConnection } from './engine.ts';
import type { Database } from './schema.ts';
import { runOnThread, SqliteDialect } from './sqlite-dialect.ts';
import { SqliteThread } from './sqlite-thread.ts';
import { reasonOf, StoreUnavailable } from './store-unavailable.ts';

export interface SqliteOptions {
  /** Absolute path of the database file; it is created when absent. */
  readonly file: string;
  /** Commits are on disk before they are answered. */
  readonly durable: boolean;
  readonly onWarning: (message: string) => void;
}

/** SQLite in a thread of this process. */
export async function openSqlite(options: SqliteOptions): Promise<Engine> {
  const { file, durable, onWarning } = options;
  makePrivateFile(file);
  const thread = await SqliteThread.start({ file, durable }, (reason) => {
    onWarning(`The store's thread failed, nothing can be read or written any more: ${reason}`);
  });
  const dialect = new SqliteDialect(thread, false);
  const db = new Kysely<Database>({ dialect });
  return {
    name: 'sqlite',
    dialect,
    db,
    connectWriter: async () => new SqliteWriter(thread),
    // There is one writer.
    isLostRace: () => false,
    isBackedUp: async () => areFilesHeld(dirname(file)),
    migrate: (work) => work(new Kysely<Database>({ dialect: new SqliteDialect(thread, true) })),
    close: () => thread.close(),
  };
}

/** The database holds functions' environment variables; SQLite gives its log files the same mode. */
function makePrivateFile(file: string): void {
  const log = `${file}-wal`;
  if (!existsSync(file) && existsSync(log)) {
    // It would be taken for a new database's own, and destroy that.
    throw new StoreUnavailable(
      `The database ${file} is gone, its log ${log} is not. Put the database back, or delete its log as well.`,
    );
  }
  try {
    if (!existsSync(file)) copyEmptyDatabase(file);
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    throw new StoreUnavailable(`Cannot open the database ${file}: ${reasonOf(error)}.`);
  }
}

class SqliteWriter implements WriterConnection {
  /** The thread either works or ends the store. */
  readonly lost = false;
  readonly #thread: SqliteThread;

  constructor(thread: SqliteThread) {
    this.#thread = thread;
  }

  execute<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return runOnThread(this.#thread, true, query);
  }

  async control(command: TransactionCommand): Promise<void> {
    // `immediate` takes the write lock at once, so that no later statement can find it taken.
    const sql = command === 'begin' ? 'begin immediate' : TRANSACTION_SQL[command];
    await this.#thread.run({ writes: true, command, sql, parameters: [] });
  }
}

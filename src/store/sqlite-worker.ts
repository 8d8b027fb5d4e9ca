import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { FileIdentity } from './file-identity.ts';
import type {
  SqliteFailure,
  SqliteMessage,
  SqliteOutcome,
  SqliteRequest,
  SqliteWorkerOptions,
} from './sqlite-messages.ts';

/** Kysely writes one text for each length of an IN list, so the cache needs a bound. */
const MAX_CACHED_STATEMENTS = 500;

interface Prepared {
  readonly statement: StatementSync;
  /** Column names of a statement that returns rows. */
  readonly columns: readonly string[] | undefined;
}

/** One connection, with its prepared statements. */
class Connection {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();
  /** Between begin and commit. Differs from the database's own view when an error ended the transaction. */
  #inTransaction = false;

  readonly #identity: FileIdentity;

  constructor(file: string, readOnly: boolean, pragmas: string) {
    this.#identity = new FileIdentity([file, `${file}-wal`]);
    this.#database = new DatabaseSync(file, { readOnly, timeout: 5_000 });
    this.#database.exec(pragmas);
  }

  run({ command, sql, parameters }: SqliteRequest): SqliteOutcome {
    if (command !== undefined) return this.#control(command, sql);
    if (this.#inTransaction && !this.#database.isTransaction) {
      throw new Error('The transaction was given up after an earlier error.');
    }
    const { statement, columns } = this.#prepare(sql);
    if (columns === undefined) {
      const { changes, lastInsertRowid } = statement.run(...(parameters as SQLInputValue[]));
      return { changes: Number(changes), insertId: Number(lastInsertRowid) };
    }
    // Arrays cross the thread boundary at half the price of objects.
    const rows = statement.all(...(parameters as SQLInputValue[])) as unknown as unknown[][];
    return { columns, rows };
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }

  /** After `begin`, failed or not, statements run in a transaction or not at all; until commit or rollback. */
  #control(command: string, sql: string): SqliteOutcome {
    const ends = command === 'commit' || command === 'rollback';
    try {
      if (command === 'rollback' && !this.#database.isTransaction) return { changes: 0, insertId: 0 };
      if (command !== 'begin' && !this.#database.isTransaction) throw new Error('There is no transaction.');
      // What nobody would find again must not be taken for kept.
      if (command === 'commit') this.#identity.check();
      this.#prepare(sql).statement.run();
      return { changes: 0, insertId: 0 };
    } catch (error) {
      // A commit can fail (disk full) and leave the transaction open: the next one must find none.
      if (ends && this.#database.isTransaction) this.#database.exec('rollback');
      throw error;
    } finally {
      this.#inTransaction = !ends;
    }
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    const names = statement.columns().map((column) => column.name);
    if (names.length > 0) statement.setReturnArrays(true);
    const prepared = { statement, columns: names.length > 0 ? names : undefined };
    if (this.#prepared.size >= MAX_CACHED_STATEMENTS) {
      const [oldest] = this.#prepared.keys();
      if (oldest !== undefined) this.#prepared.delete(oldest);
    }
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

function failureOf(error: unknown): SqliteFailure {
  if (!(error instanceof Error)) return { message: String(error), code: undefined };
  const code = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;
  return { message: error.message, code };
}

const messages = parentPort;
if (messages === null) throw new Error('This file runs in a worker thread.');
const { file, durable } = workerData as SqliteWorkerOptions;

// FULL: the log is synced at every commit, so what was answered survives a power cut as well as a kill.
const shared = `pragma temp_store = memory; pragma cache_size = -16000;`;
const writer = new Connection(
  file,
  false,
  `pragma journal_mode = wal; pragma synchronous = ${durable ? 'full' : 'off'}; pragma foreign_keys = on;
   pragma journal_size_limit = 67108864; ${shared}`,
);
// In WAL mode a second connection reads the last commit while a transaction is open.
const reader = new Connection(file, true, shared);

function send(outcomes: readonly SqliteOutcome[]): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  messages?.postMessage(outcomes);
}

function answer(batch: readonly SqliteRequest[]): void {
  const outcomes: SqliteOutcome[] = [];
  for (const request of batch) {
    try {
      outcomes.push((request.writes ? writer : reader).run(request));
    } catch (error) {
      outcomes.push({ failure: failureOf(error) });
    }
  }
  send(outcomes);
}

messages.on('message', (message: SqliteMessage) => {
  if (message !== 'close') return answer(message);
  reader.close();
  writer.close();
  messages.close();
});
send([{ changes: 0, insertId: 0 }]);

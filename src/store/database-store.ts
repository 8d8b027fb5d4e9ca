import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  DummyDriver,
  type Kysely,
  type QueryResult,
  Transaction,
} from 'kysely';
import { BackupWatch } from './backup-watch.ts';
import { type Change, type ChangeFeed, RESET_CHANGE } from './change-feed.ts';
import { emptyTables, tablesToEmpty } from './empty-tables.ts';
import type { Engine, WriterConnection } from './engine.ts';
import type { FileBlobStore, FileBlobStoreOptions } from './file-blob-store.ts';
import type { Database } from './schema.ts';
import { SharedChanges } from './shared-changes.ts';
import type { Store } from './store.ts';
import { WriteQueue } from './write-queue.ts';

/** Times a write is run before it is given up because other platforms' writes are in its way. */
const WRITE_ATTEMPTS = 6;

/** What one `Store.write` gathers until its commit. */
interface WriteScope {
  readonly changes: Change[];
  /** Of the changes, where other platforms are told of them. */
  numbers: readonly number[];
  readonly afterCommit: (() => Promise<void>)[];
  ended: boolean;
}

export interface DatabaseStoreParts {
  readonly engine: Engine;
  readonly changes: ChangeFeed;
  readonly blobs: (hooks: Pick<FileBlobStoreOptions, 'write' | 'afterCommit' | 'backups'>) => FileBlobStore;
  readonly onWarning: (message: string) => void;
  /** Runs after the database is closed. */
  readonly onClosed: () => Promise<void>;
}

/** The store over either engine. */
export class DatabaseStore implements Store {
  readonly engine: 'sqlite' | 'postgres';
  readonly db: Kysely<Database>;
  readonly blobs: FileBlobStore;
  readonly changes: ChangeFeed;
  readonly backups: BackupWatch;
  readonly others: SharedChanges | undefined;
  readonly #engine: Engine;
  readonly #queue: WriteQueue;
  readonly #apart: WriteQueue;
  readonly #onClosed: () => Promise<void>;
  readonly #scopes = new WeakMap<Transaction<Database>, WriteScope>();
  /** The write that the current asynchronous call chain is inside of. */
  readonly #current = new AsyncLocalStorage<WriteScope>();
  readonly #underWay = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(parts: DatabaseStoreParts) {
    this.engine = parts.engine.name;
    this.db = parts.engine.db;
    this.changes = parts.changes;
    this.#engine = parts.engine;
    this.#queue = new WriteQueue(parts.engine);
    this.#apart = new WriteQueue(parts.engine);
    this.#onClosed = parts.onClosed;
    this.backups = new BackupWatch(async () => await parts.engine.isBackedUp());
    // Of the store's own accord, whichever write happens to be the occasion.
    const write: FileBlobStoreOptions['write'] = (work) =>
      this.#current.exit(() => this.#track(this.#write(work)));
    this.others =
      this.engine === 'postgres'
        ? new SharedChanges({
            db: this.db,
            write,
            publish: (changes) => this.changes.publish(changes),
            onWarning: parts.onWarning,
          })
        : undefined;
    this.blobs = parts.blobs({
      write,
      backups: this.backups,
      afterCommit: (tx, task) => this.#scopes.get(tx)?.afterCommit.push(task),
    });
  }

  async write<T>(
    work: (tx: Transaction<Database>, announce: (change: Change) => void) => Promise<T>,
  ): Promise<T> {
    if (this.#closed !== undefined) throw new Error('The store is closed.');
    if (this.#current.getStore()?.ended === false) {
      throw new Error('Store.write inside another write would wait for itself: pass the transaction on.');
    }
    return await this.#track(this.#write(work));
  }

  async writeApart<T>(work: (tx: Transaction<Database>) => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) throw new Error('The store is closed.');
    const scope: WriteScope = { changes: [], numbers: [], afterCommit: [], ended: false };
    const run = (connection: WriterConnection): Promise<T> => this.#runScoped(scope, connection, work);
    return await this.#track(this.#apart.run(run, () => undefined));
  }

  /** Remembers a write until it has ended with all that follows it. */
  async #track<T>(writing: Promise<T>): Promise<T> {
    this.#underWay.add(writing);
    try {
      return await writing;
    } finally {
      this.#underWay.delete(writing);
    }
  }

  async #write<T>(
    work: (tx: Transaction<Database>, announce: (change: Change) => void) => Promise<T>,
  ): Promise<T> {
    const { result, afterCommit, changes } = await this.#committed(work);
    if (changes.length > 0) await this.changes.arrived();
    for (const task of afterCommit) await task();
    return result;
  }

  /** Runs a write until its commit; again from its start when the database gave it up for another platform's. */
  async #committed<T>(
    work: (tx: Transaction<Database>, announce: (change: Change) => void) => Promise<T>,
  ): Promise<{ result: T } & Pick<WriteScope, 'afterCommit' | 'changes'>> {
    for (let attempt = 1; ; attempt += 1) {
      const scope: WriteScope = { changes: [], numbers: [], afterCommit: [], ended: false };
      const announce = (change: Change): void => {
        if (scope.ended) throw new Error('A change was announced after its write had ended.');
        scope.changes.push(change);
      };
      try {
        const result = await this.#queue.run(
          (connection) => this.#runScoped(scope, connection, (tx) => work(tx, announce)),
          () => this.#publish(scope),
        );
        return { result, afterCommit: scope.afterCommit, changes: scope.changes };
      } catch (error) {
        if (attempt === WRITE_ATTEMPTS || !this.#engine.isLostRace(error)) throw error;
      }
    }
  }

  #publish({ changes, numbers }: WriteScope): void {
    if (this.others === undefined) this.changes.publish(changes);
    else this.others.publishOwn(changes, numbers);
  }

  async #runScoped<T>(
    scope: WriteScope,
    connection: WriterConnection,
    work: (tx: Transaction<Database>) => Promise<T>,
  ): Promise<T> {
    const guarded = new WriteConnection(connection, scope);
    const tx = this.#transactionOn(guarded);
    this.#scopes.set(tx, scope);
    try {
      const result = await this.#current.run(scope, () => work(tx));
      guarded.throwFailure();
      if (this.others !== undefined) scope.numbers = await this.others.append(tx, scope.changes);
      return result;
    } finally {
      scope.ended = true;
    }
  }

  #transactionOn(connection: DatabaseConnection): Transaction<Database> {
    const { dialect } = this.#engine;
    const executor = new DefaultQueryExecutor(dialect.createQueryCompiler(), dialect.createAdapter(), {
      provideConnection: (consumer) => consumer(connection),
    });
    return new Transaction<Database>({ config: { dialect }, dialect, driver: new DummyDriver(), executor });
  }

  async reset(before?: (tx: Transaction<Database>) => Promise<void>): Promise<void> {
    const tables = await tablesToEmpty(this.db);
    await this.write(async (tx, announce) => {
      await before?.(tx);
      announce({ kind: RESET_CHANGE, key: '*' });
      await emptyTables(tx, this.engine, tables);
    });
    await this.blobs.clear();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.others?.stop();
    this.backups.close();
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    // A database that is gone lets go by itself.
    await this.blobs.letGo().catch(() => undefined);
    await this.#engine.close();
    await this.blobs.settled();
    await this.#onClosed();
  }
}

/** A write's own view of the connection: usable until the write ends, and useless after a failed statement. */
class WriteConnection implements DatabaseConnection {
  readonly #connection: WriterConnection;
  readonly #scope: WriteScope;
  #failure: { readonly error: unknown } | undefined;

  constructor(connection: WriterConnection, scope: WriteScope) {
    this.#connection = connection;
    this.#scope = scope;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#scope.ended) throw new Error('A statement came after its write had ended.');
    this.throwFailure();
    try {
      return await this.#connection.execute<R>(query);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  /** PostgreSQL does nothing more in a transaction after a failed statement; SQLite is held to the same. */
  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

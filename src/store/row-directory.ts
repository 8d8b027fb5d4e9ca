import type { Kysely } from 'kysely';
import type { Change } from './change-feed.ts';
import type { Database } from './schema.ts';
import type { Store } from './store.ts';

/** Other platforms' changes are seen after so long. */
const SEEN_AFTER_MS = 1_000;

interface Known<Row> {
  readonly row: Row;
  /** Machine time, from `performance.now()`. */
  readonly readAtMs: number;
}

interface DirectoryOptions<Name, Row> {
  readonly store: Store;
  /** Of changes; their values are rows, without one the row is gone. */
  readonly kind: string;
  /** The key of its changes. */
  readonly keyOf: (name: Name) => string;
  readonly find: (db: Kysely<Database>, name: Name) => Promise<Row | undefined>;
}

/**
 * Rows in memory by their names, so that what is done with them many times a second asks the database for them seldom. The
 * change feed brings what this platform changes before the change is acknowledged; what others change in a shared database is read
 * again now and then.
 */
export class RowDirectory<Name, Row> {
  readonly #options: DirectoryOptions<Name, Row>;
  readonly #known = new Map<string, Known<Row>>();
  /** Tells a read that a change overtook it. */
  #changes = 0;

  constructor(options: DirectoryOptions<Name, Row>) {
    this.#options = options;
    options.store.changes.subscribe(options.kind, (change) => this.#apply(change));
  }

  async find(name: Name): Promise<Row | undefined> {
    const key = this.#options.keyOf(name);
    const known = this.#known.get(key);
    if (known !== undefined && this.#isFresh(known)) return known.row;
    return await this.#read(key, name);
  }

  /** The next one who asks for it gets it from the database. */
  forget(name: Name): void {
    this.#known.delete(this.#options.keyOf(name));
  }

  clear(): void {
    this.#changes += 1;
    this.#known.clear();
  }

  async #read(key: string, name: Name): Promise<Row | undefined> {
    const changesBefore = this.#changes;
    const readAtMs = performance.now();
    const row = await this.#options.find(this.#options.store.db, name);
    if (changesBefore !== this.#changes) return this.#known.get(key)?.row ?? row;
    if (row === undefined) this.#known.delete(key);
    else this.#known.set(key, { row, readAtMs });
    return row;
  }

  #isFresh({ readAtMs }: Known<Row>): boolean {
    return this.#options.store.engine === 'sqlite' || performance.now() - readAtMs < SEEN_AFTER_MS;
  }

  #apply({ key, value, isElsewhere }: Change): void {
    this.#changes += 1;
    // Others say only that it is another one now.
    if (value === undefined || isElsewhere) this.#known.delete(key);
    else this.#known.set(key, { row: value as Row, readAtMs: performance.now() });
  }
}

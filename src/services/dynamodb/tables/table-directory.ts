import { ServiceError } from '../../../model/service-error.ts';
import type { Change } from '../../../store/change-feed.ts';
import type { Store } from '../../../store/store.ts';
import type { Table } from './table-definition.ts';
import { type TableName, tableArn } from './table-name.ts';
import { findTable } from './table-rows.ts';

/** Other platforms' changes to a table are seen after so long. */
const SEEN_AFTER_MS = 1_000;

interface Known {
  readonly table: Table;
  /** Machine time, from `performance.now()`. */
  readonly readAtMs: number;
}

/** Tables in memory, so that no item asks the database for its table. */
export class TableDirectory {
  readonly #store: Store;
  readonly #known = new Map<string, Known>();
  /** Tells a read that a change overtook it. */
  #changes = 0;

  constructor(store: Store) {
    this.#store = store;
    store.changes.subscribe('dynamodb-table', (change) => this.#apply(change));
  }

  /** Throws ResourceNotFoundException in the words of the operations on items. */
  async get(name: TableName): Promise<Table> {
    const table = await this.find(name);
    if (table !== undefined) return table;
    throw new ServiceError('ResourceNotFoundException', 'Requested resource not found');
  }

  async find(name: TableName): Promise<Table | undefined> {
    const arn = tableArn(name);
    const known = this.#known.get(arn);
    if (known !== undefined && this.#isFresh(known)) return known.table;
    const changesBefore = this.#changes;
    const readAtMs = performance.now();
    const table = await findTable(this.#store.db, name);
    if (changesBefore !== this.#changes) return this.#known.get(arn)?.table ?? table;
    if (table === undefined) this.#known.delete(arn);
    else this.#known.set(arn, { table, readAtMs });
    return table;
  }

  clear(): void {
    this.#changes += 1;
    this.#known.clear();
  }

  #isFresh({ readAtMs }: Known): boolean {
    return this.#store.engine === 'sqlite' || performance.now() - readAtMs < SEEN_AFTER_MS;
  }

  #apply({ key, value }: Change): void {
    this.#changes += 1;
    if (value === undefined) this.#known.delete(key);
    else this.#known.set(key, { table: value as Table, readAtMs: performance.now() });
  }
}

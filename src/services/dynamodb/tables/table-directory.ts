import { ServiceError } from '../../../model/service-error.ts';
import { RowDirectory } from '../../../store/row-directory.ts';
import type { Store } from '../../../store/store.ts';
import type { Table } from './table-definition.ts';
import { type TableName, tableArn } from './table-name.ts';
import { findTable } from './table-rows.ts';

/** Tables, so that no item asks the database for its own. */
export class TableDirectory {
  readonly #tables: RowDirectory<TableName, Table>;

  constructor(store: Store) {
    this.#tables = new RowDirectory({ store, kind: 'dynamodb-table', keyOf: tableArn, find: findTable });
  }

  /** Throws ResourceNotFoundException in the words of the operations on items. */
  async get(name: TableName): Promise<Table> {
    const table = await this.find(name);
    if (table !== undefined) return table;
    throw new ServiceError('ResourceNotFoundException', 'Requested resource not found');
  }

  async find(name: TableName): Promise<Table | undefined> {
    return await this.#tables.find(name);
  }

  clear(): void {
    this.#tables.clear();
  }
}

import type { Clock } from '../../model/clock.ts';
import type { Store } from '../../store/store.ts';
import type { DynamodbDependencies } from './dynamodb-dependencies.ts';
import { ItemWriter } from './items/item-writer.ts';
import { TableDirectory } from './tables/table-directory.ts';

/** All that DynamoDB keeps in memory. */
export class TablesRuntime implements DynamodbDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly tables: TableDirectory;
  readonly items: ItemWriter;

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    this.store = store;
    this.clock = clock;
    this.tables = new TableDirectory(store);
    this.items = new ItemWriter(store);
  }

  /** Forgets everything; the caller empties the store. */
  clear(): void {
    this.tables.clear();
  }
}

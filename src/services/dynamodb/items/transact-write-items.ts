import type { TransactWriteItemsInput, TransactWriteItemsOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { writtenCapacity } from './consumed-capacity.ts';
import type { Table } from '../tables/table-definition.ts';
import { itemSize } from '../values/item-size.ts';
import { itemCollections } from './item-collection.ts';
import { placeName } from './item-rows.ts';
import type { Written } from './write-decisions.ts';
import { requestToken } from './request-tokens.ts';
import { doneOf, fittingAll } from './transaction-canceled.ts';
import { checkTransactionSize } from './transaction-size.ts';
import { transactionWrite } from './transaction-writes.ts';

/** All or nothing, of up to 100 items. The same token within ten minutes does nothing again. */
export function transactWriteItems(
  deps: DynamodbDependencies,
): OperationHandler<TransactWriteItemsInput, TransactWriteItemsOutput> {
  return async (input, context) => {
    const asked = (input.TransactItems ?? []).map((member) => transactionWrite(member, context));
    const tables = await Promise.all(asked.map(async ({ name }) => await deps.tables.get(name)));
    const writes = fittingAll(
      asked.map(
        ({ on }, index) =>
          () =>
            on(tables[index] as Table),
      ),
    );
    checkTransactionSize(asked.reduce((total, { given }) => total + itemSize(given), 0));
    if (new Set(writes.map(placeName)).size < writes.length) {
      throw validation('Transaction request cannot include multiple operations on one item');
    }
    const outcome = await deps.items.transact(writes, requestToken(input, context, deps.clock.now()));
    const done = doneOf(outcome);
    const written = writes.map(({ table }, index) => ({ table, ...(done[index] as Written) }));
    const capacity = writtenCapacity(input.ReturnConsumedCapacity, written, true);
    const collections = await itemCollections(
      deps.store.db,
      input.ReturnItemCollectionMetrics,
      asked.map(({ given, name }, index) => ({ name: name.name, given, table: tables[index] as Table })),
    );
    return {
      ...(capacity !== undefined && { ConsumedCapacity: capacity }),
      ...(collections !== undefined && { ItemCollectionMetrics: collections }),
    };
  };
}

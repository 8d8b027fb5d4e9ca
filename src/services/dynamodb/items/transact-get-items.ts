import type { TransactGetItemsInput, TransactGetItemsOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { project } from '../expressions/projection.ts';
import { RequestExpressions } from '../expressions/request-expressions.ts';
import { keyOfRequest } from '../keys/item-keys.ts';
import type { Table } from '../tables/table-definition.ts';
import { tableNameOf } from '../tables/table-name.ts';
import type { Item } from '../values/attribute-value.ts';
import { checkedItem } from '../values/check-values.ts';
import { itemSize } from '../values/item-size.ts';
import { consumedCapacity, readUnits } from './consumed-capacity.ts';
import { asOutput } from './item-output.ts';
import { placeName, readItems } from './item-rows.ts';
import { checkNotRefused, fittingAll } from './transaction-canceled.ts';

/** All items as they were at one moment: one statement reads them. */
export function transactGetItems(
  deps: DynamodbDependencies,
): OperationHandler<TransactGetItemsInput, TransactGetItemsOutput> {
  return async (input, context) => {
    const wanted = (input.TransactItems ?? []).map(({ Get }) => {
      const expressions = new RequestExpressions(Get ?? {}, {}, {});
      const paths = expressions.projection();
      expressions.end();
      return { name: tableNameOf(Get?.TableName, context), key: checkedItem(Get?.Key as Item), paths };
    });
    const tables = await Promise.all(wanted.map(async ({ name }) => await deps.tables.get(name)));
    const places = fittingAll(
      wanted.map(({ key, paths }, index) => () => {
        const table = tables[index] as Table;
        return { table, key: keyOfRequest(table, key), paths };
      }),
    );
    if (new Set(places.map(placeName)).size < places.length) {
      throw validation('Transaction request cannot include multiple operations on one item');
    }
    checkNotRefused(places.map(({ table }) => deps.limits.readRefusal(table)));
    const stored = await readItems(deps.store.db, places);
    const usages = places.map(({ table, key }) => {
      const item = stored.get(placeName({ table, key }));
      const units = 2 * readUnits(item === undefined ? 0 : itemSize(item), true);
      deps.limits.countRead(table, undefined, units);
      return { table, units, indexes: {} };
    });
    const capacity = consumedCapacity(input.ReturnConsumedCapacity, 'read', usages, true);
    return {
      Responses: places.map(({ table, key, paths }) => {
        const item = stored.get(placeName({ table, key }));
        return item === undefined
          ? {}
          : { Item: asOutput(paths === undefined ? item : project(item, paths)) };
      }),
      ...(capacity !== undefined && { ConsumedCapacity: capacity }),
    };
  };
}

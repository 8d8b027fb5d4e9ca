import type { GetItemInput, GetItemOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { project } from '../expressions/projection.ts';
import { RequestExpressions } from '../expressions/request-expressions.ts';
import { keyOfRequest } from '../keys/item-keys.ts';
import { tableNameOf } from '../tables/table-name.ts';
import type { Item } from '../values/attribute-value.ts';
import { checkedItem } from '../values/check-values.ts';
import { itemSize } from '../values/item-size.ts';
import { consumedCapacity, readUnits } from './consumed-capacity.ts';
import { asOutput } from './item-output.ts';
import { placeName, readItems } from './item-rows.ts';

/** Every read sees all writes that were answered before it, whether it asks to or not. */
export function getItem(deps: DynamodbDependencies): OperationHandler<GetItemInput, GetItemOutput> {
  return async (input, context) => {
    const { AttributesToGet } = input;
    const expressions = new RequestExpressions(input, { AttributesToGet }, {});
    const given = checkedItem(input.Key as Item);
    const paths = expressions.projection();
    expressions.end();
    const table = await deps.tables.get(tableNameOf(input.TableName, context));
    const place = { table, key: keyOfRequest(table, given) };
    deps.limits.admitRead(table);
    const item = (await readItems(deps.store.db, [place])).get(placeName(place));
    const units = readUnits(item === undefined ? 0 : itemSize(item), input.ConsistentRead);
    deps.limits.countRead(table, undefined, units);
    const [capacity] =
      consumedCapacity(input.ReturnConsumedCapacity, 'read', [{ table, units, indexes: {} }]) ?? [];
    return {
      ...(item !== undefined && { Item: asOutput(paths === undefined ? item : project(item, paths)) }),
      ...(capacity !== undefined && { ConsumedCapacity: capacity }),
    };
  };
}

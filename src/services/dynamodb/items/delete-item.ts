import type { DeleteItemInput, DeleteItemOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { RequestExpressions } from '../expressions/request-expressions.ts';
import { keyOfRequest } from '../keys/item-keys.ts';
import { tableNameOf } from '../tables/table-name.ts';
import type { Item } from '../values/attribute-value.ts';
import { checkedItem } from '../values/check-values.ts';
import { checkCondition } from './conditional-write.ts';
import { writtenCapacity } from './consumed-capacity.ts';
import { itemCollection } from './item-collection.ts';
import { asOutput, onlyOld } from './item-output.ts';

/** Deletes an item; one that is not there is as good as deleted. */
export function deleteItem(deps: DynamodbDependencies): OperationHandler<DeleteItemInput, DeleteItemOutput> {
  return async (input, context) => {
    const { ConditionExpression: expression, Expected } = input;
    const expressions = new RequestExpressions(input, { Expected }, { ConditionExpression: expression });
    const given = checkedItem(input.Key as Item);
    const condition = expressions.condition('ConditionExpression', expression, Expected);
    expressions.end();
    onlyOld(input.ReturnValues);
    const table = await deps.tables.get(tableNameOf(input.TableName, context));
    const written = await deps.items.write({
      table,
      key: keyOfRequest(table, given),
      decide: (stored) => {
        checkCondition(condition, stored, input.ReturnValuesOnConditionCheckFailure);
        return undefined;
      },
    });
    const { before } = written;
    const [capacity] = writtenCapacity(input.ReturnConsumedCapacity, [{ table, ...written }]) ?? [];
    const collection = itemCollection(input.ReturnItemCollectionMetrics, table, given);
    return {
      ...(input.ReturnValues === 'ALL_OLD' && before !== undefined && { Attributes: asOutput(before) }),
      ...(capacity !== undefined && { ConsumedCapacity: capacity }),
      ...(collection !== undefined && { ItemCollectionMetrics: collection }),
    };
  };
}

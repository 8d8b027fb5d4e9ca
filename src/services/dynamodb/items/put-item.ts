import type { PutItemInput, PutItemOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { RequestExpressions } from '../expressions/request-expressions.ts';
import { keyOfItem } from '../keys/item-keys.ts';
import { tableNameOf } from '../tables/table-name.ts';
import type { Item } from '../values/attribute-value.ts';
import { checkedItem } from '../values/check-values.ts';
import { itemSize } from '../values/item-size.ts';
import { checkCondition, checkNewItem } from './conditional-write.ts';
import { writtenCapacity } from './consumed-capacity.ts';
import { itemCollection } from './item-collection.ts';
import { asOutput, onlyOld } from './item-output.ts';

export function putItem(deps: DynamodbDependencies): OperationHandler<PutItemInput, PutItemOutput> {
  return async (input, context) => {
    const { ConditionExpression: expression, Expected } = input;
    const expressions = new RequestExpressions(input, { Expected }, { ConditionExpression: expression });
    const item = checkedItem(input.Item as Item);
    const condition = expressions.condition('ConditionExpression', expression, Expected);
    expressions.end();
    onlyOld(input.ReturnValues);
    const table = await deps.tables.get(tableNameOf(input.TableName, context));
    const key = keyOfItem(table, item);
    checkNewItem(table, item);
    const written = await deps.items.write({
      table,
      key,
      bytes: itemSize(item),
      decide: (stored) => {
        checkCondition(condition, stored, input.ReturnValuesOnConditionCheckFailure);
        return item;
      },
    });
    const { before } = written;
    const [capacity] = writtenCapacity(input.ReturnConsumedCapacity, [{ table, ...written }]) ?? [];
    const collection = itemCollection(input.ReturnItemCollectionMetrics, table, item);
    return {
      ...(input.ReturnValues === 'ALL_OLD' && before !== undefined && { Attributes: asOutput(before) }),
      ...(capacity !== undefined && { ConsumedCapacity: capacity }),
      ...(collection !== undefined && { ItemCollectionMetrics: collection }),
    };
  };
}

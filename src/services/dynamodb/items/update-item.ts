import type { ReturnValue, UpdateItemInput, UpdateItemOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import type { DocumentPath } from '../expressions/document-path.ts';
import { project } from '../expressions/projection.ts';
import { RequestExpressions } from '../expressions/request-expressions.ts';
import { keyOfRequest } from '../keys/item-keys.ts';
import { tableNameOf } from '../tables/table-name.ts';
import type { Item } from '../values/attribute-value.ts';
import { checkedItem } from '../values/check-values.ts';
import { checkCondition } from './conditional-write.ts';
import { writtenCapacity } from './consumed-capacity.ts';
import { itemCollection } from './item-collection.ts';
import { asOutput } from './item-output.ts';
import type { Written } from './write-decisions.ts';
import { bindItemUpdate, checkNotKeys, updatedItem } from './item-update.ts';

/** Changes an item, or makes one that has its key and what the update gives it. */
export function updateItem(deps: DynamodbDependencies): OperationHandler<UpdateItemInput, UpdateItemOutput> {
  return async (input, context) => {
    const { ConditionExpression, UpdateExpression, Expected, AttributeUpdates } = input;
    const expressions = new RequestExpressions(
      input,
      { AttributeUpdates, Expected },
      { UpdateExpression, ConditionExpression },
    );
    const given = checkedItem(input.Key as Item);
    const update = bindItemUpdate(UpdateExpression, AttributeUpdates, expressions.placeholders);
    const condition = expressions.condition('ConditionExpression', ConditionExpression, Expected);
    expressions.end();
    const table = await deps.tables.get(tableNameOf(input.TableName, context));
    const key = keyOfRequest(table, given);
    checkNotKeys(table, update);
    const written = await deps.items.write({
      table,
      key,
      decide: (stored) => {
        checkCondition(condition, stored, input.ReturnValuesOnConditionCheckFailure);
        return updatedItem(table, stored, given, update);
      },
    });
    const [capacity] = writtenCapacity(input.ReturnConsumedCapacity, [{ table, ...written }]) ?? [];
    const collection = itemCollection(input.ReturnItemCollectionMetrics, table, given);
    const shown = shownAttributes(
      input.ReturnValues,
      written,
      update.changes.map(({ path }) => path),
    );
    return {
      ...(shown !== undefined && { Attributes: asOutput(shown) }),
      ...(capacity !== undefined && { ConsumedCapacity: capacity }),
      ...(collection !== undefined && { ItemCollectionMetrics: collection }),
    };
  };
}

function shownAttributes(
  wanted: ReturnValue | undefined,
  { before, after }: Written,
  paths: readonly DocumentPath[],
): Item | undefined {
  if (wanted === 'ALL_OLD') return before;
  if (wanted === 'ALL_NEW') return after;
  const item = wanted === 'UPDATED_OLD' ? before : wanted === 'UPDATED_NEW' ? after : undefined;
  if (item === undefined) return undefined;
  const shown = project(item, paths);
  return Object.keys(shown).length > 0 ? shown : undefined;
}

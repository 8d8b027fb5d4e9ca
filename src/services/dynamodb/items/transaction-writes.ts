import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { RequestContext } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { RequestExpressions } from '../expressions/request-expressions.ts';
import { keyOfItem, keyOfRequest } from '../keys/item-keys.ts';
import { tableNameOf } from '../tables/table-name.ts';
import type { Item } from '../values/attribute-value.ts';
import { checkedItem } from '../values/check-values.ts';
import { itemSize } from '../values/item-size.ts';
import { checkCondition, checkNewItem } from './conditional-write.ts';
import { bindItemUpdate, checkNotKeys, updatedItem } from './item-update.ts';
import type { ItemWrite } from './write-decisions.ts';

type Bind = (deps: DynamodbDependencies) => Promise<ItemWrite>;

/**
 * One member of a transaction, its expressions checked; then, with its table, the write.
 * Throws ValidationException.
 */
export function transactionWrite(member: TransactWriteItem, context: RequestContext): Bind {
  const { Put, Update, Delete, ConditionCheck } = member;
  const given = [Put, Update, Delete, ConditionCheck].filter((action) => action !== undefined);
  if (given.length !== 1) {
    throw validation('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  if (Put !== undefined) return put(Put, context);
  if (Update !== undefined) return update(Update, context);
  return deletionOrCheck(Delete ?? ConditionCheck ?? {}, Delete !== undefined, context);
}

function put(request: NonNullable<TransactWriteItem['Put']>, context: RequestContext): Bind {
  const { ConditionExpression, ReturnValuesOnConditionCheckFailure: onFailure } = request;
  const expressions = new RequestExpressions(request, {}, { ConditionExpression });
  const item = checkedItem(request.Item as Item);
  const condition = expressions.condition('ConditionExpression', ConditionExpression);
  expressions.end();
  return async (deps) => {
    const table = await deps.tables.get(tableNameOf(request.TableName, context));
    return {
      table,
      key: keyOfItem(table, item),
      bytes: itemSize(item),
      decide: (stored) => {
        checkCondition(condition, stored, onFailure);
        checkNewItem(table, item);
        return item;
      },
    };
  };
}

function update(request: NonNullable<TransactWriteItem['Update']>, context: RequestContext): Bind {
  const { ConditionExpression, UpdateExpression, ReturnValuesOnConditionCheckFailure: onFailure } = request;
  const expressions = new RequestExpressions(request, {}, { UpdateExpression, ConditionExpression });
  const key = checkedItem(request.Key as Item);
  const bound = bindItemUpdate(UpdateExpression, undefined, expressions.placeholders);
  const condition = expressions.condition('ConditionExpression', ConditionExpression);
  expressions.end();
  return async (deps) => {
    const table = await deps.tables.get(tableNameOf(request.TableName, context));
    checkNotKeys(table, bound);
    return {
      table,
      key: keyOfRequest(table, key),
      decide: (stored) => {
        checkCondition(condition, stored, onFailure);
        return updatedItem(table, stored, key, bound);
      },
    };
  };
}

function deletionOrCheck(
  request: Partial<NonNullable<TransactWriteItem['ConditionCheck']>>,
  isDeletion: boolean,
  context: RequestContext,
): Bind {
  const { ConditionExpression, ReturnValuesOnConditionCheckFailure: onFailure } = request;
  const expressions = new RequestExpressions(request, {}, { ConditionExpression });
  const key = checkedItem(request.Key as Item);
  const condition = expressions.condition('ConditionExpression', ConditionExpression);
  expressions.end();
  return async (deps) => {
    const table = await deps.tables.get(tableNameOf(request.TableName, context));
    return {
      table,
      key: keyOfRequest(table, key),
      decide: (stored) => {
        checkCondition(condition, stored, onFailure);
        return isDeletion ? undefined : stored;
      },
    };
  };
}

import type { AttributeValueUpdate } from '@aws-sdk/client-dynamodb';
import type { RequestContext } from '../../../aws/service.ts';
import type { DocumentPath } from '../expressions/document-path.ts';
import { type ExpressionInput, RequestExpressions } from '../expressions/request-expressions.ts';
import { keyOfItem, keyOfRequest } from '../keys/item-keys.ts';
import type { Table } from '../tables/table-definition.ts';
import { type TableName, tableNameOf } from '../tables/table-name.ts';
import type { Item } from '../values/attribute-value.ts';
import { checkedItem } from '../values/check-values.ts';
import { itemSize } from '../values/item-size.ts';
import { checkCondition, checkNewItem } from './conditional-write.ts';
import { bindItemUpdate, checkNotKeys, updatedItem } from './item-update.ts';
import type { ItemWrite } from './write-decisions.ts';

/** What requests for writes have alike, those of one item and the members of transactions. */
interface WriteInput extends ExpressionInput {
  readonly TableName?: string | undefined;
  readonly ConditionExpression?: string | undefined;
  readonly Expected?: object | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
}

interface PutInput extends WriteInput {
  readonly Item?: object | undefined;
}

interface KeyInput extends WriteInput {
  readonly Key?: object | undefined;
}

interface UpdateInput extends KeyInput {
  readonly UpdateExpression?: string | undefined;
  readonly AttributeUpdates?: Readonly<Record<string, AttributeValueUpdate>> | undefined;
}

/** A write as a request asks for it, checked as far as it can be without its table. */
export interface AskedWrite {
  readonly name: TableName;
  /** The whole item, or its key. */
  readonly given: Item;
  /** What the table makes of it. Throws ValidationException, a SchemaMismatch where keys are of other types. */
  readonly on: (table: Table) => ItemWrite;
}

interface AskedUpdate extends AskedWrite {
  readonly paths: readonly DocumentPath[];
}

/** Throws ValidationException, as the others do. */
export function askedPut(input: PutInput, context: RequestContext): AskedWrite {
  const expressions = expressionsOf(input);
  const given = checkedItem(input.Item as Item);
  const check = conditionOf(input, expressions);
  return {
    name: tableNameOf(input.TableName, context),
    given,
    on: (table) => {
      const key = keyOfItem(table, given);
      checkNewItem(table, given);
      const decide: ItemWrite['decide'] = (stored) => {
        check(stored);
        return given;
      };
      return { table, key, bytes: itemSize(given), decide };
    },
  };
}

export function askedUpdate(input: UpdateInput, context: RequestContext): AskedUpdate {
  const { UpdateExpression, AttributeUpdates } = input;
  const expressions = expressionsOf(input, { AttributeUpdates }, { UpdateExpression });
  const given = checkedItem(input.Key as Item);
  const update = bindItemUpdate(UpdateExpression, AttributeUpdates, expressions.placeholders);
  const check = conditionOf(input, expressions);
  return {
    name: tableNameOf(input.TableName, context),
    given,
    paths: update.changes.map(({ path }) => path),
    on: (table) => {
      const key = keyOfRequest(table, given);
      checkNotKeys(table, update);
      const decide: ItemWrite['decide'] = (stored) => {
        check(stored);
        return updatedItem(table, stored, given, update);
      };
      return { table, key, decide };
    },
  };
}

/** A deletion, or only the check of its condition. */
export function askedDeletion(input: KeyInput, context: RequestContext, isCheck = false): AskedWrite {
  const expressions = expressionsOf(input);
  const given = checkedItem(input.Key as Item);
  const check = conditionOf(input, expressions);
  return {
    name: tableNameOf(input.TableName, context),
    given,
    on: (table) => {
      const decide: ItemWrite['decide'] = (stored) => {
        check(stored);
        return isCheck ? stored : undefined;
      };
      return { table, key: keyOfRequest(table, given), decide };
    },
  };
}

function expressionsOf(input: WriteInput, legacy: object = {}, expressions: object = {}): RequestExpressions {
  const { Expected, ConditionExpression } = input;
  return new RequestExpressions(input, { ...legacy, Expected }, { ...expressions, ConditionExpression });
}

/** All expressions have been asked for: none of the placeholders is left over. */
function conditionOf(
  { ConditionExpression, Expected, ReturnValuesOnConditionCheckFailure: onFailure }: WriteInput,
  expressions: RequestExpressions,
): (stored: Item | undefined) => void {
  const condition = expressions.condition('ConditionExpression', ConditionExpression, Expected);
  expressions.end();
  return (stored) => checkCondition(condition, stored, onFailure);
}

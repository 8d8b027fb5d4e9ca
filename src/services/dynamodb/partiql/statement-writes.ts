import type { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';
import { bindCondition, type Condition } from '../expressions/condition.ts';
import { bindUpdate } from '../expressions/update.ts';
import { checkCondition } from '../items/conditional-write.ts';
import { checkNotKeys, updatedItem } from '../items/item-update.ts';
import type { ItemWrite, Written } from '../items/write-decisions.ts';
import { keyOfRequest } from '../keys/item-keys.ts';
import type { Table } from '../tables/table-definition.ts';
import type { Item } from '../values/attribute-value.ts';
import { insertedItem, insertion } from './inserted-item.ts';
import { allOf, pinnedItem } from './pinned-item.ts';
import { returnedItem } from './returned-item.ts';
import { statementCondition } from './statement-conditions.ts';
import { statementUpdate } from './statement-updates.ts';
import type { StatementValues } from './statement-values.ts';
import type { WrittenInsert, WrittenSelect, WrittenStatement } from './written-statement.ts';

export type WritingStatement = Exclude<WrittenStatement, WrittenSelect>;
type ChangingStatement = Exclude<WritingStatement, WrittenInsert>;

/** A write that is bound to its values and table, except for the place of its item. */
export interface StatementWrite {
  /** Throws ValidationException for a key the table cannot have; `unnamed` where the statement does not name one item. */
  readonly write: (unnamed: ServiceError) => ItemWrite;
  /** What the statement returns of what it has done. */
  readonly returned: (written: Written) => Item | undefined;
}

type Check = (stored: Item) => void;
type Returned = StatementWrite['returned'];

const NEVER: Condition = () => false;
const NOTHING: Returned = () => undefined;

/**
 * What a statement writes, as one of the writes that all other operations make. What is wrong with its expressions is thrown at
 * once, as ValidationException.
 *
 * @param onFailure whether a failed condition shows the item: `ALL_OLD`
 */
export function statementWrite(
  statement: WritingStatement,
  values: StatementValues,
  table: Table,
  onFailure: string | undefined,
): StatementWrite {
  if (statement.type === 'insert') {
    const item = insertedItem(statement, values);
    return { write: () => insertion(table, item), returned: NOTHING };
  }
  const where = statement.where && statementCondition(statement.where, values);
  const { key, others, conflict } = pinnedItem(table, where, values, false);
  const rest = allOf(others);
  const condition = rest && bindCondition(rest, 'Statement', values);
  const isExists = statement.type === 'exists';
  if (isExists && (key === undefined || condition === undefined)) {
    throw validation('EXISTS() must contain a single item read with additional condition');
  }
  const check: Check = (stored) => {
    if (condition !== undefined) checkCondition(condition, stored, onFailure);
  };
  const { decide, returned } = effect(statement, values, table, check);
  const write = (unnamed: ServiceError): ItemWrite => {
    if (key === undefined) throw unnamed;
    if (conflict !== undefined && !isExists) throw twoKeys(conflict);
    return { table, key: keyOfRequest(table, key), decide };
  };
  return { write, returned };
}

function effect(
  statement: ChangingStatement,
  values: StatementValues,
  table: Table,
  check: Check,
): { readonly decide: ItemWrite['decide']; readonly returned: Returned } {
  switch (statement.type) {
    case 'exists':
      return { decide: (stored) => checked(stored, check), returned: NOTHING };
    case 'delete': {
      const decide = (stored: Item | undefined): undefined => {
        // What is not there is as good as deleted, whatever it should have been.
        if (stored !== undefined) check(stored);
      };
      return { decide, returned: (written) => returnedItem(statement.returning, written, []) };
    }
    case 'update': {
      const update = bindUpdate(statementUpdate(statement.changes, values), values, 'Statement');
      checkNotKeys(table, update);
      const paths = update.changes.map(({ path }) => path);
      return {
        decide: (stored) => updatedItem(table, checked(stored, check), {}, update),
        returned: (written) => returnedItem(statement.returning, written, paths),
      };
    }
  }
}

/** Throws ConditionalCheckFailedException: neither an update nor EXISTS takes what is not there. */
function checked(stored: Item | undefined, check: Check): Item {
  if (stored !== undefined) {
    check(stored);
    return stored;
  }
  checkCondition(NEVER, undefined, undefined);
  throw new TypeError('a condition that never holds');
}

/** An update or deletion must say which item it is about. */
export function noKey(): ServiceError {
  return validation('Where clause does not contain a mandatory equality on all key attributes');
}

function twoKeys(name: string): ServiceError {
  return validation(
    `Multiple conditions on same key ${name}. Only single item Update/Insert/Delete are supported`,
  );
}

import { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';
import { checkNewItem } from '../items/conditional-write.ts';
import type { ItemWrite } from '../items/write-decisions.ts';
import { keyOfItem } from '../keys/item-keys.ts';
import type { Table } from '../tables/table-definition.ts';
import { emptyItem, type Item } from '../values/attribute-value.ts';
import { itemSize } from '../values/item-size.ts';
import { duplicateName } from './literal-values.ts';
import type { StatementValues } from './statement-values.ts';
import type { WrittenInsert } from './written-statement.ts';

/** Puts an item where there is none. Throws ValidationException for one that the table cannot take. */
export function insertion(table: Table, item: Item): ItemWrite {
  const key = keyOfItem(table, item);
  checkNewItem(table, item);
  return {
    table,
    key,
    bytes: itemSize(item),
    decide: (stored) => {
      if (stored === undefined) return item;
      throw new ServiceError('DuplicateItemException', 'Duplicate primary key exists in table');
    },
  };
}

/** A map, of which each value may be a parameter; or a map that is a parameter. Throws ValidationException. */
export function insertedItem({ item: written }: WrittenInsert, values: StatementValues): Item {
  if (written.type !== 'map') {
    const value = values.of(written);
    if ('M' in value) return value.M;
    throw validation('An item to be inserted must be a map: {...}');
  }
  const item = emptyItem();
  for (const { name, value } of written.members) {
    if (name in item) throw duplicateName(name);
    item[name] = values.of(value);
  }
  return item;
}

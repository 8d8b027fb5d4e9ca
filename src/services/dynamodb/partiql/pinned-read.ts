import type { ServiceError } from '../../../model/service-error.ts';
import type { ItemPlace } from '../items/item-rows.ts';
import { keyOfRequest } from '../keys/item-keys.ts';
import type { Table } from '../tables/table-definition.ts';
import type { Item } from '../values/attribute-value.ts';
import { pinnedItem } from './pinned-item.ts';
import { selectedAttributes } from './selected-attributes.ts';
import { statementCondition } from './statement-conditions.ts';
import type { StatementValues } from './statement-values.ts';
import type { WrittenSelect } from './written-statement.ts';

export interface PinnedRead {
  /** Throws ValidationException for a key the table cannot have. */
  readonly place: () => ItemPlace;
  readonly show: (item: Item) => Item;
}

/** A SELECT of one item, by its key and nothing else. Throws ValidationException: `otherwise` for every other one. */
export function pinnedRead(
  { from, where, paths, order }: WrittenSelect,
  values: StatementValues,
  table: Table,
  otherwise: ServiceError,
): PinnedRead {
  const show = selectedAttributes(paths, table, undefined);
  const condition = where && statementCondition(where, values);
  const { key, others } = pinnedItem(table, condition, values, true);
  if (key === undefined || others.length > 0 || from.index !== undefined || order.length > 0) throw otherwise;
  return { place: () => ({ table, key: keyOfRequest(table, key) }), show };
}

import { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';
import type { Condition } from '../expressions/condition.ts';
import { checkIndexKeys } from '../keys/item-keys.ts';
import type { Table } from '../tables/table-definition.ts';
import { emptyItem, type Item } from '../values/attribute-value.ts';
import { itemSize } from '../values/item-size.ts';

const MOST_ITEM_BYTES = 409_600;

/** Throws ConditionalCheckFailedException, with the item when it was asked for. */
export function checkCondition(
  condition: Condition,
  before: Item | undefined,
  onFailure: string | undefined,
): void {
  if (condition(before ?? emptyItem())) return;
  const shown = onFailure === 'ALL_OLD' && before !== undefined ? { Item: before } : {};
  throw new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', 400, shown);
}

/** Throws ValidationException for an item that is too large or cannot stand in one of the table's indexes. */
export function checkNewItem(table: Table, item: Item, isUpdate = false): void {
  checkIndexKeys(table, item);
  if (itemSize(item) <= MOST_ITEM_BYTES) return;
  throw validation(
    isUpdate
      ? 'Item size to update has exceeded the maximum allowed size'
      : 'Item size has exceeded the maximum allowed size',
  );
}

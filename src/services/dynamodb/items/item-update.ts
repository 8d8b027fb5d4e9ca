import type { AttributeValueUpdate } from '@aws-sdk/client-dynamodb';
import { invalidParameter } from '../dynamodb-errors.ts';
import { applyUpdate } from '../expressions/apply-update.ts';
import * as parsed from '../expressions/parsed.ts';
import type { Placeholders } from '../expressions/placeholders.ts';
import { bindUpdate, type Update } from '../expressions/update.ts';
import type { Change } from '../expressions/update-values.ts';
import { keyNames } from '../keys/item-keys.ts';
import type { Table } from '../tables/table-definition.ts';
import { type AttributeValue, attributeOf, emptyItem, type Item } from '../values/attribute-value.ts';
import { checkDepth, checkedValue } from '../values/check-values.ts';
import { isScalar } from '../values/compare-values.ts';
import { checkNewItem } from './conditional-write.ts';

/** From an expression, from older parameters, or none. Throws ValidationException. */
export function bindItemUpdate(
  expression: string | undefined,
  attributeUpdates: Readonly<Record<string, AttributeValueUpdate>> | undefined,
  placeholders: Placeholders,
): Update {
  if (expression !== undefined) return bindUpdate(parsed.update(expression), placeholders);
  return { changes: Object.entries(attributeUpdates ?? {}).map(legacyChange), isOld: true };
}

/** Throws ValidationException for an update of what makes up the item's key. */
export function checkNotKeys({ definition }: Table, { changes }: Update): void {
  const names = keyNames(definition.key);
  const changed = changes.find(({ path: [name] }) => names.includes(name));
  if (changed === undefined) return;
  throw invalidParameter(`Cannot update attribute ${changed.path[0]}. This attribute is part of the key`);
}

/**
 * Undefined where there is no item, and the update would only take something from it: that makes none.
 * Throws ValidationException when the update cannot be done to this item, or the result cannot be kept.
 */
export function updatedItem(
  table: Table,
  stored: Item | undefined,
  key: Item,
  update: Update,
): Item | undefined {
  const item = applyUpdate(stored ?? Object.assign(emptyItem(), key), update);
  for (const { path } of update.changes) {
    const value = attributeOf(item, path[0]);
    if (value !== undefined && !isScalar(value)) checkDepth(value);
  }
  checkNewItem(table, item, true);
  const { changes } = update;
  const onlyTakes = changes.length > 0 && changes.every(({ type }) => type === 'remove' || type === 'delete');
  return stored === undefined && onlyTakes ? undefined : item;
}

function legacyChange([name, { Action: action = 'PUT', Value }]: [string, AttributeValueUpdate]): Change {
  const value = Value && checkedValue(Value as AttributeValue);
  if (value === undefined) {
    if (action === 'DELETE') return { type: 'remove', path: [name] };
    throw invalidParameter(`Only DELETE action is allowed when no attribute value is specified`);
  }
  if (action === 'PUT') return { type: 'set', path: [name], valueOf: () => value };
  const [type] = Object.keys(value);
  const isSet = 'SS' in value || 'NS' in value || 'BS' in value;
  if (!isSet && (action === 'DELETE' || !('N' in value || 'L' in value))) {
    throw invalidParameter(`${action} action is not supported for the type ${type}`);
  }
  return { type: action === 'ADD' ? 'add' : 'delete', path: [name], value };
}

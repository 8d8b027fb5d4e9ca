import type { WrittenCondition } from '../expressions/condition-grammar.ts';
import { keyNames } from '../keys/item-keys.ts';
import type { Table } from '../tables/table-definition.ts';
import { attributeOf, emptyItem, type Item } from '../values/attribute-value.ts';
import { conjuncts, isSameValue, keyChoices, keyTest } from './key-tests.ts';
import type { StatementValues } from './statement-values.ts';

/** The one item that a WHERE clause names, and what else it asks. */
export interface PinnedItem {
  /** Undefined: not all parts of the key are given by an equality. */
  readonly key: Item | undefined;
  /** What must hold beside the key, all of it. */
  readonly others: readonly WrittenCondition[];
  /** A part of the key that is given two values; the second one is among the others. */
  readonly conflict: string | undefined;
}

/** @param takesLists whether `key IN [value]` is an equality, as it is for reads */
export function pinnedItem(
  { definition }: Table,
  where: WrittenCondition | undefined,
  values: StatementValues,
  takesLists: boolean,
): PinnedItem {
  const key = emptyItem();
  const others: WrittenCondition[] = [];
  let conflict: string | undefined;
  for (const part of where === undefined ? [] : conjuncts(where)) {
    const choices = takesLists ? keyChoices(part, definition.key, values) : undefined;
    const test = choices?.length === 1 ? choices[0] : keyTest(part, definition.key, values);
    const [value] = test?.operator === '=' ? test.values : [];
    if (test === undefined || value === undefined) others.push(part);
    else if (attributeOf(key, test.attribute) === undefined) key[test.attribute] = value;
    else if (!isSameValue(attributeOf(key, test.attribute), value)) {
      conflict ??= test.attribute;
      others.push(part);
    }
  }
  const isWhole = keyNames(definition.key).every((name) => attributeOf(key, name) !== undefined);
  return { key: isWhole ? key : undefined, others, conflict };
}

/** All of the conditions; undefined: none. */
export function allOf(conditions: readonly WrittenCondition[]): WrittenCondition | undefined {
  const [first, ...rest] = conditions;
  if (first === undefined) return undefined;
  return rest.reduce((left, right): WrittenCondition => ({ type: 'and', left, right }), first);
}

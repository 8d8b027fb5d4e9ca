import type { ConsumedCapacity, QueryInput, ScanInput } from '@aws-sdk/client-dynamodb';
import { invalidParameter, validation } from '../dynamodb-errors.ts';
import type { Condition } from '../expressions/condition.ts';
import type { DocumentPath } from '../expressions/document-path.ts';
import { project } from '../expressions/projection.ts';
import { keyAttributes, keyNames, keyOfRequest } from '../keys/item-keys.ts';
import { consumedCapacity } from '../items/consumed-capacity.ts';
import { indexView } from '../items/index-view.ts';
import { asOutput } from '../items/item-output.ts';
import type { IndexDefinition, Table } from '../tables/table-definition.ts';
import { attributeOf, type Item, typeOf } from '../values/attribute-value.ts';
import { checkedItem } from '../values/check-values.ts';
import type { Position, ReadRange } from './item-page.ts';
import { positionOf, type ReadPage } from './read-page.ts';

type ReadInput = QueryInput | ScanInput;

const NOTHING: Item = {};

/** Throws ValidationException when the table has no such index, or it cannot be read as it is asked to. */
export function indexOf(table: Table, input: ReadInput): IndexDefinition | undefined {
  if (input.IndexName === undefined) return undefined;
  const index = table.definition.indexes.find(({ name }) => name === input.IndexName);
  if (index === undefined)
    throw validation(`The table does not have the specified index: ${input.IndexName}`);
  if (index.kind === 'global' && input.ConsistentRead === true) {
    throw validation('Consistent reads are not supported on global secondary indexes');
  }
  return index;
}

/** Where a read goes on. Throws ValidationException for what is no key of the table, or of the index. */
export function startOf(range: ReadRange, given: object | undefined): Position | undefined {
  if (given === undefined) return undefined;
  const key = checkedItem(given as Item);
  const { table, index } = range;
  const names = new Set([...keyNames(table.definition.key), ...(index ? keyNames(index.key) : [])]);
  const isKey =
    Object.keys(key).length === names.size &&
    [...names].every((name) => {
      const value = attributeOf(key, name);
      return value !== undefined && typeOf(value) === table.definition.attributes[name];
    });
  if (!isKey) {
    const why = index === undefined ? ': The provided key element does not match the schema' : '';
    throw validation(`The provided starting key is invalid${why}`);
  }
  keyOfRequest(table, keyAttributes(key, table.definition.key));
  const position = positionOf(range, key);
  if ('hashKey' in range.within && position.hashKey !== range.within.hashKey) {
    throw validation('The provided starting key is outside query boundaries based on provided conditions');
  }
  return position;
}

/** What is shown of each item. Throws ValidationException for selections that contradict each other. */
export function selectionOf(
  { table, index }: ReadRange,
  select: ReadInput['Select'],
  paths: readonly DocumentPath[] | undefined,
): (item: Item) => Item {
  if (select !== undefined && select !== 'SPECIFIC_ATTRIBUTES' && paths !== undefined) {
    throw validation(
      `Cannot specify the ProjectionExpression or AttributesToGet when choosing to get ${select}`,
    );
  }
  if (select === 'SPECIFIC_ATTRIBUTES' && paths === undefined) {
    throw validation(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (select === 'ALL_PROJECTED_ATTRIBUTES' && index === undefined) {
    throw validation('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
  }
  if (index?.kind === 'global' && index.projection.type !== 'ALL' && select === 'ALL_ATTRIBUTES') {
    throw validation(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
  }
  // Only their number is wanted.
  if (select === 'COUNT') return () => NOTHING;
  if (paths !== undefined) {
    checkProjected({ table, index }, paths);
    return (item) => project(item, paths);
  }
  return select === 'ALL_ATTRIBUTES' ? (item) => item : indexView(table, index);
}

/** Throws ValidationException: a global index cannot show what it does not have; a local one fetches it. */
export function checkProjected(
  { table, index }: Pick<ReadRange, 'table' | 'index'>,
  paths: readonly DocumentPath[],
): void {
  if (index?.kind !== 'global' || index.projection.type === 'ALL') return;
  const known = [...keyNames(table.definition.key), ...keyNames(index.key), ...index.projection.attributes];
  const missing = paths.filter(([name]) => !known.includes(name)).map(([name]) => name);
  if (missing.length === 0) return;
  throw invalidParameter(
    `Global secondary index ${index.name} does not project [${[...new Set(missing)].join(', ')}]`,
  );
}

/** A global index's filter knows what the index knows. */
export function seenThrough({ table, index }: ReadRange, filter: Condition): Condition {
  const visible = indexView(table, index);
  return index?.kind === 'global' ? (item) => filter(visible(item)) : filter;
}

/** What Query and Scan answer alike. */
export function pageOutput(
  input: ReadInput,
  { table, index }: ReadRange,
  { items, scanned, units, last }: ReadPage,
) {
  const usage = index === undefined ? { units, indexes: {} } : { units: 0, indexes: { [index.name]: units } };
  const [capacity]: ConsumedCapacity[] =
    consumedCapacity(input.ReturnConsumedCapacity, 'read', [{ table, ...usage }]) ?? [];
  const key = last && keyAttributes(last, table.definition.key, ...(index ? [index.key] : []));
  return {
    ...(input.Select !== 'COUNT' && { Items: items.map(asOutput) }),
    Count: items.length,
    ScannedCount: scanned,
    ...(key !== undefined && { LastEvaluatedKey: asOutput(key) }),
    ...(capacity !== undefined && { ConsumedCapacity: capacity }),
  };
}

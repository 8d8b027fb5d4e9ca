import { invalidParameter, validation } from '../dynamodb-errors.ts';
import { type DocumentPath, valueAt } from '../expressions/document-path.ts';
import type { WrittenPath } from '../expressions/token-reader.ts';
import { indexView } from '../items/index-view.ts';
import { keyNames } from '../keys/item-keys.ts';
import { checkProjected } from '../reads/read-request.ts';
import type { IndexDefinition, Table } from '../tables/table-definition.ts';
import { emptyItem, type Item } from '../values/attribute-value.ts';
import type { PlannedRead } from './read-plan.ts';
import { namesIn } from './names-in.ts';

/** What a SELECT shows of each item. Throws ValidationException for what a global index does not know. */
export function selectedAttributes(
  paths: readonly WrittenPath[] | undefined,
  table: Table,
  index: IndexDefinition | undefined,
): (item: Item) => Item {
  if (paths === undefined) return indexView(table, index);
  const columns = paths.map(([first = '', ...steps]): [string, DocumentPath] => {
    return [columnName([first, ...steps]), [String(first), ...steps]];
  });
  const names = columns.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw validation(`The select clause names ${twice} more than once`);
  checkProjected(
    { table, index },
    columns.map(([, path]) => path),
  );
  return (item) => {
    const shown = emptyItem();
    for (const [name, path] of columns) {
      const value = valueAt(item, path);
      if (value !== undefined) shown[name] = value;
    }
    return shown;
  };
}

/** `a.b[0]` is shown as `b[0]`: from the last name on. */
function columnName(path: WrittenPath): string {
  const last = path.findLastIndex((step) => typeof step === 'string');
  const [name, ...positions] = path.slice(last);
  return `${name}${positions.map((position) => `[${position}]`).join('')}`;
}

/** Throws ValidationException when each range of an index is read for what the index does not know. */
export function checkFiltersProjected(
  reads: readonly PlannedRead[],
  table: Table,
  index: IndexDefinition | undefined,
): void {
  if (index === undefined) return;
  const unknown = reads.map(({ others }) => unprojected(others.flatMap(namesIn), table, index));
  const last = unknown.at(-1);
  if (last === undefined || unknown.some((names) => names.length === 0)) return;
  throw invalidParameter(
    `Secondary index ${index.name} does not project one or more filter attributes: [${last.join(', ')}]`,
  );
}

function unprojected(
  names: readonly string[],
  { definition }: Table,
  { key, projection }: IndexDefinition,
): string[] {
  if (projection.type === 'ALL') return [];
  const known = new Set([...keyNames(definition.key), ...keyNames(key), ...projection.attributes]);
  return [...new Set(names)].filter((name) => !known.has(name));
}

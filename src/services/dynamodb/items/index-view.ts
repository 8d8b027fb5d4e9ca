import type { DocumentPath } from '../expressions/document-path.ts';
import { project } from '../expressions/projection.ts';
import { keyNames } from '../keys/item-keys.ts';
import type { IndexDefinition, Table } from '../tables/table-definition.ts';
import type { Item } from '../values/attribute-value.ts';

/** What an index knows of items; of a table itself, everything. */
export function indexView(table: Table, index: IndexDefinition | undefined): (item: Item) => Item {
  if (index === undefined || index.projection.type === 'ALL') return (item) => item;
  const { attributes } = index.projection;
  const names = new Set([...keyNames(table.definition.key), ...keyNames(index.key), ...attributes]);
  const projected = [...names].map((name): DocumentPath => [name]);
  return (item) => project(item, projected);
}

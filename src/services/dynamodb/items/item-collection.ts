import type { ItemCollectionMetrics, ReturnItemCollectionMetrics } from '@aws-sdk/client-dynamodb';
import type { Table } from '../tables/table-definition.ts';
import { attributeOf, type Item } from '../values/attribute-value.ts';

/** Only of tables with local indexes: their collections may not pass 10 GB. Estimated in whole gigabytes, as AWS does. */
export function itemCollection(
  wanted: ReturnItemCollectionMetrics | undefined,
  { definition }: Table,
  item: Item | undefined,
): ItemCollectionMetrics | undefined {
  const hasLocal = definition.indexes.some(({ kind }) => kind === 'local');
  if (wanted !== 'SIZE' || !hasLocal || item === undefined) return undefined;
  const value = attributeOf(item, definition.key.hash);
  if (value === undefined) return undefined;
  const key = { [definition.key.hash]: value };
  return {
    ItemCollectionKey: key as NonNullable<ItemCollectionMetrics['ItemCollectionKey']>,
    SizeEstimateRangeGB: [0, 1],
  };
}

import type { ConsumedCapacity, ReturnConsumedCapacity } from '@aws-sdk/client-dynamodb';
import { indexKeyOf } from '../keys/item-keys.ts';
import type { IndexDefinition, Table } from '../tables/table-definition.ts';
import type { Item } from '../values/attribute-value.ts';
import { areEqual } from '../values/compare-values.ts';
import { itemSize } from '../values/item-size.ts';
import { indexView } from './index-view.ts';

const WRITE_BYTES = 1_024;
const READ_BYTES = 4_096;

/** What a request used of a table and of its indexes, in units. */
export interface Usage {
  readonly table: Table;
  /** Of the table itself. */
  readonly units: number;
  readonly indexes: Readonly<Record<string, number>>;
}

/** An item of a table before and after a write; undefined: not there. */
export interface TableWrite {
  readonly table: Table;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/**
 * What a write uses: the larger of both forms of the item, in the table and in each index that has to be written.
 * @param factor 2 within a transaction
 */
export function writeUsage({ table, before, after }: TableWrite, factor = 1): Usage {
  const size = Math.max(before ? itemSize(before) : 0, after ? itemSize(after) : 0);
  const indexes = table.definition.indexes.flatMap((index) => {
    const units = entryUnits(table, index, before, after) * factor;
    return units === 0 ? [] : [[index.name, units] as const];
  });
  return { table, units: writeUnits(size) * factor, indexes: Object.fromEntries(indexes) };
}

/** None where nothing changes of what the index knows; an entry that moves is written twice: where it was and where it is. */
function entryUnits(
  table: Table,
  index: IndexDefinition,
  before: Item | undefined,
  after: Item | undefined,
): number {
  const [from, to] = [before && indexKeyOf(index, before), after && indexKeyOf(index, after)];
  const view = indexView(table, index);
  const [old, now] = [from && before && view(before), to && after && view(after)];
  if (old === undefined || now === undefined) {
    const only = old ?? now;
    return only === undefined ? 0 : writeUnits(itemSize(only));
  }
  const moves = from?.hashKey !== to?.hashKey || from?.rangeKey !== to?.rangeKey;
  if (moves) return writeUnits(itemSize(old)) + writeUnits(itemSize(now));
  return areEqual({ M: old }, { M: now }) ? 0 : writeUnits(Math.max(itemSize(old), itemSize(now)));
}

export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_BYTES));
}

/** Half as many where yesterday's data would do. */
export function readUnits(bytes: number, isConsistent: boolean | undefined): number {
  return Math.max(1, Math.ceil(bytes / READ_BYTES)) / (isConsistent === true ? 1 : 2);
}

/** What writes used, as answers show it; undefined where nobody asked. */
export function writtenCapacity(
  wanted: ReturnConsumedCapacity | undefined,
  writes: readonly TableWrite[],
  isTransaction = false,
): ConsumedCapacity[] | undefined {
  if (wanted === undefined || wanted === 'NONE') return undefined;
  const usages = writes.map((write) => writeUsage(write, isTransaction ? 2 : 1));
  return consumedCapacity(wanted, 'write', usages, isTransaction);
}

/** As answers show it; undefined where nobody asked. Usages of one table are put together. */
export function consumedCapacity(
  wanted: ReturnConsumedCapacity | undefined,
  kind: 'read' | 'write',
  usages: readonly Usage[],
  isTransaction = false,
): ConsumedCapacity[] | undefined {
  if (wanted === undefined || wanted === 'NONE') return undefined;
  const byTable = Map.groupBy(usages, ({ table }) => table.name);
  return [...byTable].map(([TableName, ofTable]) => {
    const units = sum(ofTable.map((usage) => usage.units));
    const perIndex = indexUnits(ofTable);
    const CapacityUnits = units + sum(Object.values(perIndex));
    const split = isTransaction && {
      [kind === 'read' ? 'ReadCapacityUnits' : 'WriteCapacityUnits']: CapacityUnits,
    };
    if (wanted === 'TOTAL') return { TableName, CapacityUnits, ...split };
    const { indexes } = ofTable[0]?.table.definition ?? { indexes: [] };
    const detail = (of: 'global' | 'local') =>
      Object.fromEntries(
        indexes
          .filter((index) => index.kind === of && perIndex[index.name] !== undefined)
          .map((index) => [index.name, { CapacityUnits: perIndex[index.name] }]),
      );
    const [global, local] = [detail('global'), detail('local')];
    return {
      TableName,
      CapacityUnits,
      ...split,
      Table: {
        CapacityUnits: units,
        ...(isTransaction && { [`${kind === 'read' ? 'Read' : 'Write'}CapacityUnits`]: units }),
      },
      ...(Object.keys(global).length > 0 && { GlobalSecondaryIndexes: global }),
      ...(Object.keys(local).length > 0 && { LocalSecondaryIndexes: local }),
    };
  });
}

function indexUnits(usages: readonly Usage[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const { indexes } of usages) {
    for (const [name, units] of Object.entries(indexes)) total[name] = (total[name] ?? 0) + units;
  }
  return total;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

import type { ExecuteStatementInput, ExecuteStatementOutput } from '@aws-sdk/client-dynamodb';
import type { RequestContext } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { bindCondition, type Condition } from '../expressions/condition.ts';
import { consumedCapacity, readUnits } from '../items/consumed-capacity.ts';
import { indexView } from '../items/index-view.ts';
import { asOutput } from '../items/item-output.ts';
import { keyAttributes } from '../keys/item-keys.ts';
import type { Position, ReadRange } from '../reads/item-page.ts';
import { type PageRequest, positionOf, type ReadPage, readPage } from '../reads/read-page.ts';
import type { IndexDefinition, Table } from '../tables/table-definition.ts';
import { tableNameOf } from '../tables/table-name.ts';
import { keyBranches } from './key-branches.ts';
import { parseToken, requestDigest, type StatementPosition, tokenText } from './next-token.ts';
import { readPlan } from './read-plan.ts';
import { orderedReads } from './select-order.ts';
import { checkFiltersProjected, selectedAttributes } from './selected-attributes.ts';
import { statementCondition } from './statement-conditions.ts';
import type { StatementValues } from './statement-values.ts';
import type { WrittenSelect } from './written-statement.ts';

/** What one answer reads, as of Query and Scan. */
const MOST_BYTES = 1_048_576;
const EVERYTHING = { fromHash: '', toHash: undefined };

/** Reads the partitions that a statement names, or the whole table or index, up to a megabyte or Limit items. */
export async function executeSelect(
  deps: DynamodbDependencies,
  statement: WrittenSelect,
  values: StatementValues,
  input: ExecuteStatementInput,
  context: RequestContext,
): Promise<ExecuteStatementOutput> {
  const table = await deps.tables.get(tableNameOf(statement.from.table, context));
  const index = indexOf(table, statement, input.ConsistentRead === true);
  const show = selectedAttributes(statement.paths, table, index);
  const { ranges, filter } = readsOf(statement, values, table, index);
  const digest = requestDigest(input, context, table);
  const start = input.NextToken === undefined ? undefined : parseToken(input.NextToken, digest);
  const request = { limit: input.Limit, filter, show, isConsistent: input.ConsistentRead };
  const pages = await readRanges(deps, ranges, start, request);
  const { next, last } = pages;
  const units = pages.read.reduce((sum, page) => sum + page.units, 0);
  const usage = index === undefined ? { units, indexes: {} } : { units: 0, indexes: { [index.name]: units } };
  const [capacity] = consumedCapacity(input.ReturnConsumedCapacity, 'read', [{ table, ...usage }]) ?? [];
  const key = last && keyAttributes(last, table.definition.key, ...(index ? [index.key] : []));
  return {
    Items: pages.read.flatMap(({ items }) => items.map(asOutput)),
    ...(next !== undefined && { NextToken: tokenText(digest, next) }),
    ...(key !== undefined && { LastEvaluatedKey: asOutput(key) }),
    ...(capacity !== undefined && { ConsumedCapacity: capacity }),
  };
}

function indexOf(table: Table, { from }: WrittenSelect, isConsistent: boolean): IndexDefinition | undefined {
  if (from.index === undefined) return undefined;
  const index = table.definition.indexes.find(({ name }) => name === from.index);
  if (index === undefined) throw validation('The table does not have the specified index');
  if (index.kind === 'global' && isConsistent) {
    throw validation('Strongly consistent read is not supported on Global Secondary Indexes');
  }
  return index;
}

/** The whole condition is asked of every item, of the key too: ranges only say where items can be that meet it. */
function readsOf(
  statement: WrittenSelect,
  values: StatementValues,
  table: Table,
  index: IndexDefinition | undefined,
): { readonly ranges: readonly ReadRange[]; readonly filter: Condition } {
  const schema = index?.key ?? table.definition.key;
  const where = statement.where && statementCondition(statement.where, values);
  const condition = where && bindCondition(where, 'Statement', values);
  const branches = where && keyBranches(where, schema, values);
  const planned = branches && readPlan(branches, { schema, types: table.definition.attributes });
  const ordered = orderedReads(statement, planned, schema);
  if (ordered !== undefined) checkFiltersProjected(ordered.reads, table, index);
  const visible = indexView(table, index);
  const filter: Condition = condition === undefined ? () => true : (item) => condition(visible(item));
  if (ordered === undefined)
    return { ranges: [{ table, index, within: EVERYTHING, isForward: true }], filter };
  const { reads, isForward } = ordered;
  return { ranges: reads.map(({ range }) => ({ table, index, within: range, isForward })), filter };
}

/** One range after the other, until something is full, or a later one is more than the table has capacity for. */
async function readRanges(
  deps: DynamodbDependencies,
  ranges: readonly ReadRange[],
  start: StatementPosition | undefined,
  request: Omit<PageRequest, 'start'>,
) {
  const most = readUnits(MOST_BYTES, request.isConsistent);
  const read: ReadPage[] = [];
  let after: Position | undefined = start?.after;
  let left = request.limit;
  let units = 0;
  for (const [at, range] of [...ranges.entries()].slice(start?.read ?? 0)) {
    const isThrottledNow = read.length > 0 && deps.limits.readRefusal(range.table, range.index) !== undefined;
    if (left === 0 || units >= most || isThrottledNow) return { read, next: { read: at, after: undefined } };
    const page = await readPage(deps, range, { ...request, start: after, limit: left });
    read.push(page);
    units += page.units;
    if (left !== undefined) left -= page.scanned;
    if (page.last !== undefined) {
      return { read, next: { read: at, after: positionOf(range, page.last) }, last: page.last };
    }
    after = undefined;
  }
  return { read, next: undefined };
}

import type { BatchWriteItemInput, BatchWriteItemOutput, WriteRequest } from '@aws-sdk/client-dynamodb';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { SchemaMismatch, validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { type ItemKey, keyMismatch, keyOfItem, keyOfRequest } from '../keys/item-keys.ts';
import type { Table } from '../tables/table-definition.ts';
import { tableNameOf } from '../tables/table-name.ts';
import { isThrottled } from '../throughput/throttled.ts';
import type { Item } from '../values/attribute-value.ts';
import { checkedItem } from '../values/check-values.ts';
import { itemSize } from '../values/item-size.ts';
import { checkNewItem } from './conditional-write.ts';
import { writtenCapacity } from './consumed-capacity.ts';
import { itemCollections } from './item-collection.ts';
import { placeName } from './item-rows.ts';
import type { ItemWrite, Written } from './write-decisions.ts';

const MOST_REQUESTS = 25;

interface BatchedWrite extends ItemWrite {
  /** The table as the request names it. */
  readonly given: string;
  readonly request: WriteRequest;
}

/** Puts and deletions without conditions, each by itself. */
export function batchWriteItem(
  deps: DynamodbDependencies,
): OperationHandler<BatchWriteItemInput, BatchWriteItemOutput> {
  return async (input, context) => {
    const requests = Object.entries(input.RequestItems ?? {});
    const count = requests.reduce((total, [, ofTable]) => total + ofTable.length, 0);
    if (count > MOST_REQUESTS) throw validation('Too many items requested for the BatchWriteItem call');
    const writes: BatchedWrite[] = [];
    for (const [given, ofTable] of requests) writes.push(...(await writesOf(deps, given, ofTable, context)));
    if (new Set(writes.map(placeName)).size < writes.length) {
      throw validation('Provided list of item keys contains duplicates');
    }
    const { done, unprocessed } = await writeEach(deps, writes);
    const capacity = writtenCapacity(
      input.ReturnConsumedCapacity,
      done.map(({ write, ...written }) => ({ table: write.table, ...written })),
    );
    const collections = await itemCollections(
      deps.store.db,
      input.ReturnItemCollectionMetrics,
      done.map(({ write: { given: name, request, table } }) => {
        const given = request.PutRequest?.Item ?? request.DeleteRequest?.Key;
        return { name, table, given: checkedItem(given as Item) };
      }),
    );
    return {
      UnprocessedItems: unprocessed,
      ...(capacity !== undefined && { ConsumedCapacity: capacity }),
      ...(collections !== undefined && { ItemCollectionMetrics: collections }),
    };
  };
}

/** What there is no capacity for is left for another request. Throws when that is everything. */
async function writeEach({ items }: DynamodbDependencies, writes: readonly BatchedWrite[]) {
  const done: (Written & { readonly write: BatchedWrite })[] = [];
  const unprocessed: Record<string, WriteRequest[]> = {};
  const outcomes = await Promise.allSettled(writes.map(async (write) => await items.write(write)));
  let refusal: unknown;
  for (const [index, write] of writes.entries()) {
    const outcome = outcomes[index];
    if (outcome?.status === 'fulfilled') done.push({ write, ...outcome.value });
    if (outcome?.status !== 'rejected') continue;
    if (!isThrottled(outcome.reason)) throw outcome.reason;
    refusal = outcome.reason;
    (unprocessed[write.given] ??= []).push(write.request);
  }
  if (refusal !== undefined && done.length === 0) throw refusal;
  return { done, unprocessed };
}

async function writesOf(
  deps: DynamodbDependencies,
  given: string,
  requests: readonly WriteRequest[],
  context: RequestContext,
): Promise<BatchedWrite[]> {
  const checked = requests.map(({ PutRequest, DeleteRequest }) => {
    if ((PutRequest === undefined) === (DeleteRequest === undefined)) {
      const what = PutRequest === undefined ? 'is empty' : 'has more than one datatypes set';
      throw validation(
        `Supplied AttributeValue ${what}, must contain exactly one of the supported datatypes`,
      );
    }
    return PutRequest === undefined
      ? { key: checkedItem(DeleteRequest?.Key as Item) }
      : { item: checkedItem(PutRequest.Item as Item) };
  });
  const table = await deps.tables.get(tableNameOf(given, context));
  return checked.map((write, index) => ({ given, request: requests[index] ?? {}, ...writeOf(table, write) }));
}

function writeOf(table: Table, request: { readonly key: Item } | { readonly item: Item }): ItemWrite {
  if ('key' in request) return { table, key: keyOfRequest(table, request.key), decide: () => undefined };
  const { item } = request;
  const key = keyOfBatched(table, item);
  checkNewItem(table, item);
  return { table, key, bytes: itemSize(item), decide: () => item };
}

/** Of an item in a batch it is said in the words for a key. */
function keyOfBatched(table: Table, item: Item): ItemKey {
  try {
    return keyOfItem(table, item);
  } catch (error) {
    if (error instanceof SchemaMismatch) throw keyMismatch();
    throw error;
  }
}

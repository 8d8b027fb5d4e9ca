import type {
  AttributeValue as WireValue,
  PutItemOutput,
  ReturnConsumedCapacity,
  ReturnItemCollectionMetrics,
  ReturnValue,
} from '@aws-sdk/client-dynamodb';
import type { Store } from '../../../store/store.ts';
import { validation } from '../dynamodb-errors.ts';
import type { Item } from '../values/attribute-value.ts';
import type { AskedWrite } from './asked-writes.ts';
import { type TableWrite, writtenCapacity } from './consumed-capacity.ts';
import { itemCollection } from './item-collection.ts';

interface WriteInput {
  readonly ReturnValues?: ReturnValue | undefined;
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity | undefined;
  readonly ReturnItemCollectionMetrics?: ReturnItemCollectionMetrics | undefined;
}

/** The API's types have room for what none of ours is. */
export function asOutput(item: Item): Record<string, WireValue> {
  return item as Record<string, WireValue>;
}

/** Throws ValidationException where PutItem and DeleteItem could not show what is asked for. */
export function onlyOld(returnValues: ReturnValue | undefined): void {
  if (returnValues === undefined || returnValues === 'NONE' || returnValues === 'ALL_OLD') return;
  throw validation('Return values set to invalid value');
}

/** @param shown attributes, where any were asked for */
export async function writeOutput(
  { db }: Store,
  input: WriteInput,
  { given }: AskedWrite,
  write: TableWrite,
  shown: Item | undefined,
): Promise<PutItemOutput> {
  const { ReturnValues: wanted = 'NONE' } = input;
  const [capacity] = writtenCapacity(input.ReturnConsumedCapacity, [write]) ?? [];
  const collection = await itemCollection(db, input.ReturnItemCollectionMetrics, {
    table: write.table,
    given,
  });
  return {
    ...(wanted !== 'NONE' && shown !== undefined && { Attributes: asOutput(shown) }),
    ...(capacity !== undefined && { ConsumedCapacity: capacity }),
    ...(collection !== undefined && { ItemCollectionMetrics: collection }),
  };
}

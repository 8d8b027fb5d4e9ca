import type { AttributeValue as WireValue, ReturnValue } from '@aws-sdk/client-dynamodb';
import { validation } from '../dynamodb-errors.ts';
import type { Item } from '../values/attribute-value.ts';

/** The API's types have room for what none of ours is. */
export function asOutput(item: Item): Record<string, WireValue> {
  return item as Record<string, WireValue>;
}

/** Throws ValidationException where PutItem and DeleteItem could not show what is asked for. */
export function onlyOld(returnValues: ReturnValue | undefined): void {
  if (returnValues === undefined || returnValues === 'NONE' || returnValues === 'ALL_OLD') return;
  throw validation('Return values set to invalid value');
}

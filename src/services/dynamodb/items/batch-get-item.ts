import type { BatchGetItemInput, BatchGetItemOutput, KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import type { DocumentPath } from '../expressions/document-path.ts';
import { project } from '../expressions/projection.ts';
import { RequestExpressions } from '../expressions/request-expressions.ts';
import { keyOfRequest } from '../keys/item-keys.ts';
import { tableNameOf } from '../tables/table-name.ts';
import type { Item } from '../values/attribute-value.ts';
import { checkedItem } from '../values/check-values.ts';
import { itemSize } from '../values/item-size.ts';
import { consumedCapacity, readUnits, type Usage } from './consumed-capacity.ts';
import { asOutput } from './item-output.ts';
import { type ItemPlace, placeName, readItems } from './item-rows.ts';

const MOST_KEYS = 100;
/** What an answer has room for; the rest is left to be asked for again. */
const MOST_BYTES = 16 * 1_048_576;

interface Wanted extends ItemPlace {
  readonly given: string;
  readonly key: ItemPlace['key'];
  readonly rawKey: Item;
  readonly isConsistent: boolean | undefined;
  readonly paths: readonly DocumentPath[] | undefined;
}

export function batchGetItem(
  deps: DynamodbDependencies,
): OperationHandler<BatchGetItemInput, BatchGetItemOutput> {
  return async (input, context) => {
    const requests = Object.entries(input.RequestItems ?? {});
    const count = requests.reduce((total, [, { Keys }]) => total + (Keys?.length ?? 0), 0);
    if (count > MOST_KEYS) throw validation('Too many items requested for the BatchGetItem call');
    const wanted: Wanted[] = [];
    for (const [given, request] of requests) wanted.push(...(await placesOf(deps, given, request, context)));
    const admitted = wanted.filter(({ table }) => deps.limits.readRefusal(table) === undefined);
    const stored = await readItems(deps.store.db, admitted);
    return answer(deps, input, { wanted, admitted: new Set(admitted), stored });
  };
}

async function placesOf(
  deps: DynamodbDependencies,
  given: string,
  request: KeysAndAttributes,
  context: RequestContext,
): Promise<Wanted[]> {
  const { AttributesToGet, ConsistentRead: isConsistent, Keys = [] } = request;
  const expressions = new RequestExpressions(request, { AttributesToGet }, {});
  const paths = expressions.projection();
  expressions.end();
  const keys = Keys.map((key) => checkedItem(key as Item));
  const table = await deps.tables.get(tableNameOf(given, context));
  const places = keys.map((rawKey) => {
    return { given, table, key: keyOfRequest(table, rawKey), rawKey, isConsistent, paths };
  });
  if (new Set(places.map(placeName)).size < places.length) {
    throw validation('Provided list of item keys contains duplicates');
  }
  return places;
}

interface Found {
  readonly wanted: readonly Wanted[];
  /** Those that were looked for. */
  readonly admitted: ReadonlySet<Wanted>;
  readonly stored: ReadonlyMap<string, Item>;
}

/** What there is no room or no capacity for is left for another request. Throws when no capacity is left for any of it. */
function answer(
  { limits }: DynamodbDependencies,
  input: BatchGetItemInput,
  { wanted, admitted, stored }: Found,
): BatchGetItemOutput {
  const responses: Record<string, Item[]> = {};
  const unprocessed: Record<string, KeysAndAttributes> = {};
  const usages: Usage[] = [];
  let bytes = 0;
  let refusal: Error | undefined;
  for (const one of wanted) {
    const { given, table, key, rawKey, isConsistent, paths } = one;
    const found = (responses[given] ??= []);
    const item = stored.get(placeName({ table, key }));
    const size = item === undefined ? 0 : itemSize(item);
    const refused = limits.readRefusal(table);
    refusal ??= refused;
    if (!admitted.has(one) || refused !== undefined || bytes + size > MOST_BYTES) {
      const left = (unprocessed[given] ??= { ...input.RequestItems?.[given], Keys: [] });
      left.Keys?.push(asOutput(rawKey));
      continue;
    }
    bytes += size;
    const units = readUnits(size, isConsistent);
    limits.countRead(table, undefined, units);
    usages.push({ table, units, indexes: {} });
    if (item !== undefined) found.push(paths === undefined ? item : project(item, paths));
  }
  if (usages.length === 0 && refusal !== undefined) throw refusal;
  const capacity = consumedCapacity(input.ReturnConsumedCapacity, 'read', usages);
  return {
    Responses: Object.fromEntries(
      Object.entries(responses).map(([name, items]) => [name, items.map(asOutput)]),
    ),
    UnprocessedKeys: unprocessed,
    ...(capacity !== undefined && { ConsumedCapacity: capacity }),
  };
}

import type { QueryInput, QueryOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import type { LegacyConditions } from '../expressions/legacy-condition.ts';
import * as parsed from '../expressions/parsed.ts';
import { RequestExpressions } from '../expressions/request-expressions.ts';
import { keyNames } from '../keys/item-keys.ts';
import { tableNameOf } from '../tables/table-name.ts';
import { type KeyCondition, keyConditions, legacyKeyConditions } from './key-conditions.ts';
import { keyRange } from './key-range.ts';
import { readPage } from './read-page.ts';
import { indexOf, pageOutput, seenThrough, selectionOf, startOf } from './read-request.ts';

/** Items of one partition, of a table or an index, in the order of their range keys. */
export function query(deps: DynamodbDependencies): OperationHandler<QueryInput, QueryOutput> {
  return async (input, context) => {
    const { FilterExpression, KeyConditionExpression, KeyConditions, QueryFilter, AttributesToGet } = input;
    const expressions = new RequestExpressions(
      input,
      { AttributesToGet, QueryFilter, KeyConditions },
      { FilterExpression, KeyConditionExpression },
    );
    const filtered: string[] = [];
    const filter = expressions.condition('FilterExpression', FilterExpression, QueryFilter, ([name]) => {
      filtered.push(name);
    });
    const paths = expressions.projection();
    const conditions = conditionsOf(input, expressions);
    expressions.end();
    const table = await deps.tables.get(tableNameOf(input.TableName, context));
    const index = indexOf(table, input);
    const schema = index?.key ?? table.definition.key;
    const range = {
      table,
      index,
      within: keyRange(schema, table.definition.attributes, conditions),
      isForward: input.ScanIndexForward !== false,
    };
    const ofKey = filtered.find((name) => keyNames(schema).includes(name));
    if (ofKey !== undefined) {
      const what = FilterExpression === undefined ? 'QueryFilter' : 'Filter Expression';
      throw validation(
        `${what} can only contain non-primary key attributes: Primary key attribute: ${ofKey}`,
      );
    }
    const show = selectionOf(range, input.Select, paths);
    const page = await readPage(deps, range, {
      start: startOf(range, input.ExclusiveStartKey),
      limit: input.Limit,
      filter: seenThrough(range, filter),
      show,
      isConsistent: input.ConsistentRead,
    });
    return pageOutput(input, range, page);
  };
}

function conditionsOf(
  { KeyConditionExpression: expression, KeyConditions: legacy }: QueryInput,
  { placeholders }: RequestExpressions,
): KeyCondition[] {
  if (expression !== undefined) {
    return keyConditions(parsed.condition('KeyConditionExpression', expression), placeholders);
  }
  if (legacy !== undefined) return legacyKeyConditions(legacy as LegacyConditions);
  throw validation(
    'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
  );
}

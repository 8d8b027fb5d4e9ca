import type { ListTablesInput, ListTablesOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { listTableNames } from './table-rows.ts';

const MOST_NAMES = 100;

export function listTables(deps: DynamodbDependencies): OperationHandler<ListTablesInput, ListTablesOutput> {
  return async (input, context) => {
    const limit = input.Limit ?? MOST_NAMES;
    const names = await listTableNames(
      deps.store.db,
      context,
      input.ExclusiveStartTableName ?? '',
      limit + 1,
    );
    const page = names.slice(0, limit);
    const last = names.length > limit ? page.at(-1) : undefined;
    return { TableNames: page, ...(last !== undefined && { LastEvaluatedTableName: last }) };
  };
}

import type { DescribeTableInput, DescribeTableOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { contentsOf } from './table-contents.ts';
import { describe } from './table-description.ts';
import { tableNameOf } from './table-name.ts';
import { tableNotFound } from './table-rows.ts';

export function describeTable(
  deps: DynamodbDependencies,
): OperationHandler<DescribeTableInput, DescribeTableOutput> {
  return async (input, context) => {
    const name = tableNameOf(input.TableName, context);
    const table = await deps.tables.find(name);
    if (table === undefined) throw tableNotFound(name.name);
    return {
      Table: describe(
        table,
        { status: 'ACTIVE', nowMs: deps.clock.now() },
        await contentsOf(deps.store.db, table),
      ),
    };
  };
}

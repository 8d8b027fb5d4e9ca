import type { ExecuteStatementInput, ExecuteStatementOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { writtenCapacity } from '../items/consumed-capacity.ts';
import { asOutput } from '../items/item-output.ts';
import { tableNameOf } from '../tables/table-name.ts';
import { executeSelect } from './execute-select.ts';
import { readStatement } from './read-statement.ts';
import type { StatementValues } from './statement-values.ts';
import { noKey, statementWrite, type WritingStatement } from './statement-writes.ts';

/** One statement: a page of what it reads, or a write of one item. */
export function executeStatement(
  deps: DynamodbDependencies,
): OperationHandler<ExecuteStatementInput, ExecuteStatementOutput> {
  return async (input, context) => {
    const { statement, values } = readStatement(input);
    if (statement.type === 'select') return await executeSelect(deps, statement, values, input, context);
    if (statement.type === 'exists') {
      throw validation('EXISTS can only be used in ExecuteTransaction write requests.');
    }
    if (input.NextToken !== undefined) throw validation('Invalid NextToken');
    return await executeWrite(deps, statement, values, input, context);
  };
}

async function executeWrite(
  deps: DynamodbDependencies,
  statement: WritingStatement,
  values: StatementValues,
  input: ExecuteStatementInput,
  context: RequestContext,
): Promise<ExecuteStatementOutput> {
  const table = await deps.tables.get(tableNameOf(statement.from.table, context));
  const { write, returned } = statementWrite(
    statement,
    values,
    table,
    input.ReturnValuesOnConditionCheckFailure,
  );
  const written = await deps.items.write(write(noKey()));
  const [capacity] = writtenCapacity(input.ReturnConsumedCapacity, [{ table, ...written }]) ?? [];
  const shown = returned(written);
  return {
    Items: shown === undefined ? [] : [asOutput(shown)],
    ...(capacity !== undefined && { ConsumedCapacity: capacity }),
  };
}

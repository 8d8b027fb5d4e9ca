import type {
  BatchExecuteStatementInput,
  BatchExecuteStatementOutput,
  BatchStatementError,
  BatchStatementResponse,
} from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { consumedCapacity } from '../items/consumed-capacity.ts';
import { asOutput } from '../items/item-output.ts';
import { memberError } from '../items/transaction-canceled.ts';
import { attempt } from './attempt.ts';
import { type BatchMember, batchMember, type Done, runMembers } from './batch-members.ts';
import { type BoundStatement, readStatement } from './read-statement.ts';

/** Reads or writes, each by itself: one that fails leaves the others alone. */
export function batchExecuteStatement(
  deps: DynamodbDependencies,
): OperationHandler<BatchExecuteStatementInput, BatchExecuteStatementOutput> {
  return async (input, context) => {
    const requests = input.Statements ?? [];
    const bound = await Promise.all(requests.map((request) => attempt(() => readStatement(request))));
    const kind = kindOf(bound);
    const members = await Promise.all(
      bound.map(async (one, index) => {
        if (one instanceof ServiceError) return one;
        return await attempt(() => batchMember(deps, one, requests[index], context));
      }),
    );
    const results = await runMembers(deps, members);
    const usages = results.flatMap((result) => (result instanceof ServiceError ? [] : [result.usage]));
    const capacity = consumedCapacity(input.ReturnConsumedCapacity, kind, usages);
    return {
      Responses: results.map((result, index) => responseOf(members[index], result)),
      ...(capacity !== undefined && { ConsumedCapacity: capacity }),
    };
  };
}

/** Throws ValidationException when there are reads and writes. */
function kindOf(bound: readonly (BoundStatement | ServiceError)[]): 'read' | 'write' {
  const statements = bound.flatMap((one) => (one instanceof ServiceError ? [] : [one.statement]));
  const reads = statements.filter(({ type }) => type === 'select');
  if (reads.length === 0) return 'write';
  if (reads.length === statements.length) return 'read';
  throw validation(
    'BatchExecuteStatement API does not support both read and write operations in the same request.',
  );
}

/** A statement that failed names its table only if it came so far as to be run. */
function responseOf(
  member: BatchMember | ServiceError | undefined,
  result: Done | ServiceError,
): BatchStatementResponse {
  const isRun = member !== undefined && !(member instanceof ServiceError);
  const named = isRun ? { TableName: member.place.table.name } : {};
  if (result instanceof ServiceError) return { Error: memberError(result) as BatchStatementError, ...named };
  return { ...named, ...(result.item !== undefined && { Item: asOutput(result.item) }) };
}

import type {
  BatchExecuteStatementInput,
  BatchExecuteStatementOutput,
  BatchStatementError,
  BatchStatementRequest,
  BatchStatementResponse,
} from '@aws-sdk/client-dynamodb';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { consumedCapacity, readUnits, type Usage, writeUsage } from '../items/consumed-capacity.ts';
import { asOutput } from '../items/item-output.ts';
import { placeName, readItems } from '../items/item-rows.ts';
import { memberError } from '../items/transaction-canceled.ts';
import { tableNameOf } from '../tables/table-name.ts';
import type { Item } from '../values/attribute-value.ts';
import { itemSize } from '../values/item-size.ts';
import { pinnedRead } from './pinned-read.ts';
import { type BoundStatement, readStatement } from './read-statement.ts';
import { noKey, statementWrite } from './statement-writes.ts';

/** What became of one statement. */
interface Done {
  readonly usage: Usage;
  readonly item: Item | undefined;
}

/** A statement that is ready; it says what it wants of the table named. */
interface Member {
  readonly tableName: string;
  readonly run: () => Promise<Done>;
}

/** Reads or writes, each by itself: one that fails leaves the others alone. */
export function batchExecuteStatement(
  deps: DynamodbDependencies,
): OperationHandler<BatchExecuteStatementInput, BatchExecuteStatementOutput> {
  return async (input, context) => {
    const requests = input.Statements ?? [];
    const bound = requests.map((request) => attempt(() => readStatement(request)));
    const kinds = new Set(
      bound.flatMap((one) => (one instanceof ServiceError ? [] : [one.statement.type === 'select'])),
    );
    if (kinds.size > 1) {
      throw validation(
        'BatchExecuteStatement API does not support both read and write operations in the same request.',
      );
    }
    const members = await Promise.all(
      bound.map(async (one, index) => {
        if (one instanceof ServiceError) return one;
        return await attemptLater(memberOf(deps, one, requests[index] as BatchStatementRequest, context));
      }),
    );
    // Writes are asked for in the order in which they are given.
    const results = await Promise.all(
      members.map(async (member) =>
        member instanceof ServiceError ? member : await attemptLater(member.run()),
      ),
    );
    const usages = results.flatMap((result) => (result instanceof ServiceError ? [] : [result.usage]));
    const isRead = kinds.has(true);
    const capacity = consumedCapacity(input.ReturnConsumedCapacity, isRead ? 'read' : 'write', usages);
    return {
      Responses: results.map((result, index) => responseOf(members[index], result)),
      ...(capacity !== undefined && { ConsumedCapacity: capacity }),
    };
  };
}

async function memberOf(
  deps: DynamodbDependencies,
  { statement, values }: BoundStatement,
  request: BatchStatementRequest,
  context: RequestContext,
): Promise<Member> {
  if (statement.type === 'exists') {
    throw validation('EXISTS can only be used in ExecuteTransaction write requests.');
  }
  const table = await deps.tables.get(tableNameOf(statement.from.table, context));
  if (statement.type === 'select') {
    const { place, show } = pinnedRead(statement, values, table, notPinned());
    const wanted = place();
    const run = async (): Promise<Done> => {
      deps.limits.admitRead(table);
      const item = (await readItems(deps.store.db, [wanted])).get(placeName(wanted));
      const units = readUnits(item === undefined ? 0 : itemSize(item), request.ConsistentRead);
      deps.limits.countRead(table, undefined, units);
      return { usage: { table, units, indexes: {} }, item: item && show(item) };
    };
    return { tableName: table.name, run };
  }
  const { write, returned } = statementWrite(
    statement,
    values,
    table,
    request.ReturnValuesOnConditionCheckFailure,
  );
  const wanted = write(noKey());
  const run = async (): Promise<Done> => {
    const written = await deps.items.write(wanted);
    return { usage: writeUsage({ table, ...written }), item: returned(written) };
  };
  return { tableName: table.name, run };
}

function notPinned(): ServiceError {
  return validation(
    'Select statements within BatchExecuteStatement must specify the primary key in the where clause.',
  );
}

/** A statement that failed names its table only if it came so far as to be run. */
function responseOf(
  member: Member | ServiceError | undefined,
  result: Done | ServiceError,
): BatchStatementResponse {
  const named = member === undefined || member instanceof ServiceError ? {} : { TableName: member.tableName };
  if (result instanceof ServiceError) return { Error: memberError(result) as BatchStatementError, ...named };
  return { ...named, ...(result.item !== undefined && { Item: asOutput(result.item) }) };
}

function attempt<T>(task: () => T): T | ServiceError {
  try {
    return task();
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

async function attemptLater<T>(task: Promise<T>): Promise<T | ServiceError> {
  try {
    return await task;
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

import type { ExecuteTransactionInput, ExecuteTransactionOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { consumedCapacity, readUnits, writtenCapacity } from '../items/consumed-capacity.ts';
import { asOutput } from '../items/item-output.ts';
import { type ItemPlace, placeName, readItems } from '../items/item-rows.ts';
import { requestToken } from '../items/request-tokens.ts';
import { checkNotRefused, doneOf } from '../items/transaction-canceled.ts';
import { checkTransactionSize } from '../items/transaction-size.ts';
import { itemSize } from '../values/item-size.ts';
import { parseWith } from './read-statement.ts';
import { StatementValues } from './statement-values.ts';
import {
  inMember,
  type MemberStatement,
  membersOf,
  transactionRead,
  transactionWrite,
} from './transaction-members.ts';

/** Reads or writes, all at one moment: all or nothing. */
export function executeTransaction(
  deps: DynamodbDependencies,
): OperationHandler<ExecuteTransactionInput, ExecuteTransactionOutput> {
  return async (input, context) => {
    const given = (input.TransactStatements ?? []).map((member) => {
      return { member, values: new StatementValues(member.Parameters) };
    });
    const members = given.map(({ member, values }, index): MemberStatement => {
      const { statement } = inMember(index, () => parseWith(member.Statement, values));
      return { index, statement, values, onFailure: member.ReturnValuesOnConditionCheckFailure };
    });
    const reads = members.filter(({ statement }) => statement.type === 'select');
    if (reads.length === 0) return await write(deps, members, input, context);
    if (reads.length === members.length) return await read(deps, members, input, context);
    throw validation(
      'ExecuteTransaction API does not support both read and write operations in the same request.',
    );
  };
}

async function write(
  deps: DynamodbDependencies,
  members: readonly MemberStatement[],
  input: ExecuteTransactionInput,
  context: RequestContext,
): Promise<ExecuteTransactionOutput> {
  const bound = await membersOf(deps, members, context, transactionWrite);
  const writes = accepted(bound);
  checkTransactionSize(writes.reduce((total, { bytes = 0 }) => total + bytes, 0));
  const outcome = await deps.items.transact(writes, requestToken(input, context, deps.clock.now()));
  const done = doneOf(outcome).flatMap((written, index) => {
    const table = writes[index]?.table;
    return table === undefined ? [] : [{ table, ...written }];
  });
  const capacity = writtenCapacity(input.ReturnConsumedCapacity, done, true);
  return { Responses: [], ...(capacity !== undefined && { ConsumedCapacity: capacity }) };
}

async function read(
  deps: DynamodbDependencies,
  members: readonly MemberStatement[],
  input: ExecuteTransactionInput,
  context: RequestContext,
): Promise<ExecuteTransactionOutput> {
  const places = accepted(await membersOf(deps, members, context, transactionRead));
  checkNotRefused(places.map(({ table }) => deps.limits.readRefusal(table)));
  const stored = await readItems(deps.store.db, places);
  const found = places.map((place) => ({ place, item: stored.get(placeName(place)) }));
  const usages = found.map(({ place: { table }, item }) => {
    const units = 2 * readUnits(item === undefined ? 0 : itemSize(item), true);
    deps.limits.countRead(table, undefined, units);
    return { table, units, indexes: {} };
  });
  const capacity = consumedCapacity(input.ReturnConsumedCapacity, 'read', usages, true);
  return {
    Responses: found.map(({ place, item }) =>
      item === undefined ? {} : { Item: asOutput(place.show(item)) },
    ),
    ...(capacity !== undefined && { ConsumedCapacity: capacity }),
  };
}

/** Throws TransactionCanceledException where a member was refused, ValidationException where two are about one item. */
function accepted<T extends ItemPlace>(bound: readonly (T | ServiceError)[]): readonly T[] {
  checkNotRefused(bound);
  const members = bound.filter((one): one is T => !(one instanceof ServiceError));
  if (new Set(members.map(placeName)).size === members.length) return members;
  throw validation('Transaction request cannot include multiple operations on one item');
}

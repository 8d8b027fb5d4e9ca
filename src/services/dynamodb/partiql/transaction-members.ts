import type { RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import type { ItemPlace } from '../items/item-rows.ts';
import type { ItemWrite } from '../items/write-decisions.ts';
import { keyMismatch } from '../keys/item-keys.ts';
import type { Table } from '../tables/table-definition.ts';
import { tableNameOf } from '../tables/table-name.ts';
import type { Item } from '../values/attribute-value.ts';
import { pinnedRead } from './pinned-read.ts';
import type { StatementValues } from './statement-values.ts';
import { statementWrite } from './statement-writes.ts';
import type { WrittenStatement } from './written-statement.ts';

export interface MemberStatement {
  /** Its place in the request. */
  readonly index: number;
  readonly statement: WrittenStatement;
  readonly values: StatementValues;
  readonly onFailure: string | undefined;
}

/** One item that a transaction reads. */
export interface TransactionRead extends ItemPlace {
  readonly show: (item: Item) => Item;
}

/** Throws what is wrong with the statement itself; then, with the item that it names. */
type Bind<T> = (member: MemberStatement, table: Table) => () => T;

/**
 * Members bound to their tables. An error in place of one cancels the transaction; thrown is ValidationException, of the first
 * statement that is wrong in itself.
 */
export async function membersOf<T>(
  deps: DynamodbDependencies,
  members: readonly MemberStatement[],
  context: RequestContext,
  bind: Bind<T>,
): Promise<readonly (T | ServiceError)[]> {
  const tables = await Promise.all(
    members.map(async ({ statement }) => await deps.tables.find(tableNameOf(statement.from.table, context))),
  );
  const bound = members.map((member, at) => {
    const table = tables[at];
    return table === undefined ? tableNotThere : inMember(member.index, () => bind(member, table));
  });
  return bound.map((named) => {
    try {
      return named();
    } catch (error) {
      if (error instanceof ServiceError) return error;
      throw error;
    }
  });
}

/** Says of which statement an error is. */
export function inMember<T>(index: number, task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'ValidationException') throw error;
    throw validation(`Validation failed in TransactStatements[${index}]: ${error.message}`);
  }
}

export function transactionWrite(
  { statement, values, onFailure }: MemberStatement,
  table: Table,
): () => ItemWrite {
  if (statement.type === 'select') throw new TypeError('a read among writes');
  if ('returning' in statement && statement.returning !== undefined) {
    throw validation('RETURNING clause is not supported in ExecuteTransaction.');
  }
  const { write } = statementWrite(statement, values, table, onFailure);
  return () => write(keyMismatch());
}

export function transactionRead({ statement, values }: MemberStatement, table: Table): () => TransactionRead {
  if (statement.type !== 'select') throw new TypeError('a write among reads');
  if (statement.from.index !== undefined) {
    throw validation('Reads on indices are not supported within transactions.');
  }
  const otherwise = validation(
    'Select statements within ExecuteTransaction must specify the primary key in the where clause.',
  );
  const { place, show } = pinnedRead(statement, values, table, otherwise);
  return () => ({ ...place(), show });
}

function tableNotThere(): never {
  throw new ServiceError('ResourceNotFoundException', 'Requested resource not found');
}

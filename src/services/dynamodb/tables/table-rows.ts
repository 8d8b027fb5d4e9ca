import type { Kysely, Selectable, Transaction } from 'kysely';
import { ServiceError } from '../../../model/service-error.ts';
import type { Change } from '../../../store/change-feed.ts';
import type { DynamodbTableTable } from '../../../store/dynamodb-schema.ts';
import type { Database } from '../../../store/schema.ts';
import type { Table, TableDefinition } from './table-definition.ts';
import { type TableName, tableArn } from './table-name.ts';

export type Tx = Transaction<Database>;

export async function findTable(
  db: Kysely<Database>,
  { accountId, region, name }: TableName,
): Promise<Table | undefined> {
  const row = await db
    .selectFrom('dynamodb_tables')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('name', '=', name)
    .executeTakeFirst();
  return row && tableOf(row);
}

/** Names only, in order. */
export async function listTableNames(
  db: Kysely<Database>,
  { accountId, region }: Pick<TableName, 'accountId' | 'region'>,
  after: string,
  most: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('dynamodb_tables')
    .select('name')
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('name', '>', after)
    .orderBy('name')
    .limit(most)
    .execute();
  return rows.map(({ name }) => name);
}

/** @returns whether there was none of that name yet */
export async function insertTable(tx: Tx, table: Table): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('dynamodb_tables')
    .values({
      account_id: table.accountId,
      region: table.region,
      name: table.name,
      id: table.id,
      definition: JSON.stringify(table.definition),
      created_at_ms: table.createdAtMs,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'region', 'name']).doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

export async function updateTableRow(tx: Tx, { id, definition }: Table): Promise<void> {
  await tx
    .updateTable('dynamodb_tables')
    .set({ definition: JSON.stringify(definition) })
    .where('id', '=', id)
    .execute();
}

export async function removeTableRow(tx: Tx, { id }: Table): Promise<void> {
  await tx.deleteFrom('dynamodb_tables').where('id', '=', id).execute();
}

/** For `announce`; without a table it is gone. */
export function tableChange(name: TableName, table?: Table): Change {
  const key = tableArn(name);
  return table === undefined
    ? { kind: 'dynamodb-table', key }
    : { kind: 'dynamodb-table', key, value: table, shared: null };
}

export function tableNotFound(name: string): ServiceError {
  return new ServiceError(
    'ResourceNotFoundException',
    `Requested resource not found: Table: ${name} not found`,
  );
}

function tableOf(row: Selectable<DynamodbTableTable>): Table {
  return {
    accountId: row.account_id,
    region: row.region,
    name: row.name,
    id: row.id,
    definition: JSON.parse(row.definition) as TableDefinition,
    createdAtMs: row.created_at_ms,
  };
}

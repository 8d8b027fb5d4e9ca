import type { Kysely } from 'kysely';
import { aliasArn, type StoredAlias } from '../../../model/stored-alias.ts';
import type { Database } from '../../../store/schema.ts';
import { type Announce, type FunctionKey, LostRace, type Tx } from '../functions/function-rows.ts';

export async function findAlias(
  db: Kysely<Database>,
  key: FunctionKey,
  name: string,
): Promise<StoredAlias | undefined> {
  const row = await ofFunction(db, key).where('name', '=', name).executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.configuration) as StoredAlias);
}

/** All aliases of a function, by name. */
export async function findAliases(db: Kysely<Database>, key: FunctionKey): Promise<StoredAlias[]> {
  const rows = await ofFunction(db, key).orderBy('name').execute();
  return rows.map((row) => JSON.parse(row.configuration) as StoredAlias);
}

function ofFunction(db: Kysely<Database>, key: FunctionKey) {
  return db
    .selectFrom('lambda_aliases')
    .select('configuration')
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('function_name', '=', key.name);
}

/** False when the function has an alias of that name. */
export async function insertAlias(tx: Tx, announce: Announce, alias: StoredAlias): Promise<boolean> {
  const inserted = await tx
    .insertInto('lambda_aliases')
    .values({
      account_id: alias.accountId,
      region: alias.region,
      function_name: alias.functionName,
      name: alias.name,
      configuration: JSON.stringify(alias),
      revision_id: alias.revisionId,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) return false;
  announce({ kind: 'alias', key: aliasArn(alias), value: alias });
  return true;
}

/** Throws LostRace unless the alias is as it was read. */
export async function replaceAlias(
  tx: Tx,
  announce: Announce,
  before: StoredAlias,
  after: StoredAlias,
): Promise<void> {
  const updated = await tx
    .updateTable('lambda_aliases')
    .set({ configuration: JSON.stringify(after), revision_id: after.revisionId })
    .where('account_id', '=', before.accountId)
    .where('region', '=', before.region)
    .where('function_name', '=', before.functionName)
    .where('name', '=', before.name)
    .where('revision_id', '=', before.revisionId)
    .executeTakeFirst();
  if (updated.numUpdatedRows !== 1n) throw new LostRace('The alias was changed at the same moment.');
  announce({ kind: 'alias', key: aliasArn(after), value: after });
}

/** False when there was none. */
export async function deleteAliasRow(
  tx: Tx,
  announce: Announce,
  key: FunctionKey,
  name: string,
): Promise<boolean> {
  const row = await tx
    .deleteFrom('lambda_aliases')
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('function_name', '=', key.name)
    .where('name', '=', name)
    .returning('configuration')
    .executeTakeFirst();
  if (row === undefined) return false;
  announce({ kind: 'alias', key: aliasArn(JSON.parse(row.configuration) as StoredAlias) });
  return true;
}

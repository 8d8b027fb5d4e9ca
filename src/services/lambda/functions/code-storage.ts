import type { Kysely } from 'kysely';
import type { Caller } from '../../../model/function-reference.ts';
import { codeStorageExceeded } from '../../../model/lambda-errors.ts';
import type { Database } from '../../../store/schema.ts';

/** Bytes of packages an account holds in a Region: of `$LATEST`, of every published version and of layer versions. */
export async function codeStorageUsed(db: Kysely<Database>, owner: Caller): Promise<number> {
  const functions = await sizeOf(db, 'lambda_functions', owner);
  return functions + (await sizeOf(db, 'lambda_layer_versions', owner));
}

/**
 * For the end of a write that has stored code: throws CodeStorageExceededException when there is now more than allowed.
 * Writers of one moment on PostgreSQL do not see each other's, so the last of them may go past the limit by a package.
 */
export async function checkCodeStorage(
  tx: Kysely<Database>,
  owner: Caller,
  limitBytes: number,
): Promise<void> {
  if ((await codeStorageUsed(tx, owner)) > limitBytes) throw codeStorageExceeded();
}

async function sizeOf(
  db: Kysely<Database>,
  table: 'lambda_functions' | 'lambda_layer_versions',
  { accountId, region }: Caller,
): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select((query) => query.fn.sum<number | null>('code_size').as('bytes'))
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .executeTakeFirst();
  return row?.bytes ?? 0;
}

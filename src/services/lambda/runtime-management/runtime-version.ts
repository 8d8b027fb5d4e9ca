import type { Kysely } from 'kysely';
import type { FunctionReference } from '../../../model/function-reference.ts';
import type { Database } from '../../../store/schema.ts';
import { functionNotFound } from '../functions/function-rows.ts';
import { requireVersion } from '../versions/find-version.ts';

/** Runtimes are managed for `$LATEST` and for numbered versions. Throws 404 for what is neither, aliases included. */
export async function checkManagedVersion(db: Kysely<Database>, reference: FunctionReference): Promise<void> {
  const { alias } = await requireVersion(db, reference);
  if (alias !== undefined) throw functionNotFound(reference);
}

import type { Kysely } from 'kysely';
import type { FunctionReference } from '../../../model/function-reference.ts';
import type { StoredAlias } from '../../../model/stored-alias.ts';
import type { FunctionRecord } from '../../../model/stored-function.ts';
import type { Database } from '../../../store/schema.ts';
import { findAlias } from '../aliases/alias-rows.ts';
import { findFunction, functionNotFound } from '../functions/function-rows.ts';

/** What a qualifier leads to. */
export interface FoundVersion {
  readonly record: FunctionRecord;
  /** Set when the qualifier is an alias; the record is then its main version. */
  readonly alias: StoredAlias | undefined;
}

/** `$LATEST` and numbers name versions; every other qualifier can only be an alias. */
export function isVersion(qualifier: string): boolean {
  return qualifier === '$LATEST' || /^\d+$/.test(qualifier);
}

export async function findVersion(
  db: Kysely<Database>,
  reference: FunctionReference,
): Promise<FoundVersion | undefined> {
  const qualifier = reference.qualifier ?? '$LATEST';
  const alias = isVersion(qualifier) ? undefined : await findAlias(db, reference, qualifier);
  if (alias === undefined && !isVersion(qualifier)) return undefined;
  const record = await findFunction(db, reference, alias?.functionVersion ?? qualifier);
  return record === undefined ? undefined : { record, alias };
}

/** Throws the 404 with the qualifier as it was given. */
export async function requireVersion(
  db: Kysely<Database>,
  reference: FunctionReference,
): Promise<FoundVersion> {
  const found = await findVersion(db, reference);
  if (found === undefined) throw functionNotFound(reference);
  return found;
}

import type { Kysely } from 'kysely';
import type { FunctionReference } from '../../../model/function-reference.ts';
import type { StoredFunctionUrl } from '../../../model/stored-function-url.ts';
import type { Database } from '../../../store/schema.ts';
import { findQualifierRow } from '../functions/qualifier-reads.ts';
import type { QualifiedKey } from '../functions/qualifier-rows.ts';
import { urlNotFound } from './url-rules.ts';

/** The function's own URL is kept with `$LATEST`, which is what it calls. */
export function urlKey(reference: FunctionReference): QualifiedKey {
  return { ...reference, qualifier: reference.qualifier ?? '$LATEST' };
}

/** Throws 404 when there is none. */
export async function requireUrl(
  db: Kysely<Database>,
  reference: FunctionReference,
): Promise<StoredFunctionUrl> {
  const url = await findQualifierRow<StoredFunctionUrl>(db, 'lambda_function_urls', urlKey(reference));
  if (url === undefined) throw urlNotFound();
  return url;
}

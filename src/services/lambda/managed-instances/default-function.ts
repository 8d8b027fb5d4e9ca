import type { Kysely } from 'kysely';
import { type Caller, parseFunctionReference } from '../../../model/function-reference.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { Database } from '../../../store/schema.ts';
import { requireVersion } from '../versions/find-version.ts';

/**
 * What AWS answers where a function without a capacity provider is to be scaled like one that has one. Every function
 * here is of that default kind. Throws 404 when there is no such version.
 */
export async function refuseScaling(
  db: Kysely<Database>,
  input: { readonly FunctionName: string | undefined; readonly Qualifier: string | undefined },
  caller: Caller,
): Promise<never> {
  await requireVersion(db, parseFunctionReference(input.FunctionName ?? '', input.Qualifier, caller));
  throw invalidParameterValue("FunctionScalingConfig isn't supported for Lambda Default functions.");
}

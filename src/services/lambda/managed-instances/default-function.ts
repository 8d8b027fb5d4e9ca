import type { Kysely } from 'kysely';
import { type Caller, parseFunctionReference } from '../../../model/function-reference.ts';
import { invalidParameterValue, notImplementedYet } from '../../../model/lambda-errors.ts';
import type { Database } from '../../../store/schema.ts';
import { requireVersion } from '../versions/find-version.ts';

/**
 * What AWS answers where a function without a capacity provider is to be scaled like one that has one; those that have
 * one grow and shrink by themselves here. Throws 404 when there is no such version.
 */
export async function refuseScaling(
  db: Kysely<Database>,
  input: { readonly FunctionName: string | undefined; readonly Qualifier: string | undefined },
  caller: Caller,
): Promise<never> {
  const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, caller);
  const { record } = await requireVersion(db, reference);
  if (record.current.managed !== undefined) throw notImplementedYet('FunctionScalingConfig');
  throw invalidParameterValue("FunctionScalingConfig isn't supported for Lambda Default functions.");
}

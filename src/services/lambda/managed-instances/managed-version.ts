import type { Kysely } from 'kysely';
import {
  type Caller,
  type FunctionReference,
  parseFunctionReference,
} from '../../../model/function-reference.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { StoredManagedInstances } from '../../../model/managed-instances.ts';
import type { StoredFunction } from '../../../model/stored-function.ts';
import type { Database } from '../../../store/schema.ts';
import { requireVersion } from '../versions/find-version.ts';

/** A version on managed instances, and how it is named. */
interface ManagedVersion {
  readonly reference: FunctionReference;
  readonly stored: StoredFunction;
}

/** The version whose environments are asked about. Throws 404 when there is none, and 400 for one of the default kind. */
export async function requireManaged(
  db: Kysely<Database>,
  input: { readonly FunctionName: string | undefined; readonly Qualifier: string | undefined },
  caller: Caller,
): Promise<ManagedVersion> {
  const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, caller);
  const { record } = await requireVersion(db, reference);
  managedPart(record.current);
  return { reference, stored: record.current };
}

/** Throws 400 for a function of the default kind. */
export function managedPart({ managed }: StoredFunction): StoredManagedInstances {
  if (managed !== undefined) return managed;
  throw invalidParameterValue("FunctionScalingConfig isn't supported for Lambda Default functions.");
}

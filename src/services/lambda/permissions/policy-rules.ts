import type { Kysely } from 'kysely';
import type { FunctionReference } from '../../../model/function-reference.ts';
import { invalidParameterValue, preconditionFailed, resourceNotFound } from '../../../model/lambda-errors.ts';
import type { Database } from '../../../store/schema.ts';
import { askedArn, findFunction, functionNotFound } from '../functions/function-rows.ts';
import { findVersion, isVersion } from '../versions/find-version.ts';
import type { StoredPolicy } from './policy-rows.ts';

/** Throws 412 unless the caller knows the policy's newest revision or does not say. */
export function checkPolicyRevision(
  before: StoredPolicy | undefined,
  revisionId: string | undefined,
  api: 'GetPolicy' | 'GetLayerPolicy' | 'GetResourcePolicy',
): void {
  if (revisionId === undefined || revisionId === before?.revisionId) return;
  throw preconditionFailed(
    'The Revision Id provided does not match the latest Revision Id. ' +
      `Call the ${api} API to retrieve the latest Revision Id`,
  );
}

export function refuseLatest({ qualifier }: FunctionReference): void {
  if (qualifier === undefined || !qualifier.startsWith('$LATEST')) return;
  throw invalidParameterValue('We currently do not support adding policies for $LATEST.');
}

/** Throws the 404 of a function, version or alias that is not there to have a policy. */
export async function requirePolicyTarget(db: Kysely<Database>, reference: FunctionReference): Promise<void> {
  if ((await findVersion(db, reference)) !== undefined) return;
  const isAlias = reference.qualifier !== undefined && !isVersion(reference.qualifier);
  if (isAlias && (await findFunction(db, reference)) !== undefined) {
    throw resourceNotFound(`Cannot find alias arn: ${askedArn(reference)}`);
  }
  throw functionNotFound(reference);
}

/** 404 of a policy that is not there. */
export function noPolicy(): Error {
  return resourceNotFound('The resource you requested does not exist.');
}

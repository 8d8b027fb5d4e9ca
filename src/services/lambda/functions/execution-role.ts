import { parseRoleArn } from '../../../model/identity/identity-names.ts';
import { accessDenied, invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

/**
 * Where callers are authorised, a function's role has to be there, in its own account, and to trust Lambda. Throws
 * AccessDeniedException and InvalidParameterValueException; checked when the role is set and never again.
 */
export function checkRole(
  { roles, identities }: Pick<LambdaDependencies, 'roles' | 'identities'>,
  roleArn: string,
  accountId: string,
): void {
  if (!identities.isStrict) return;
  if ((parseRoleArn(roleArn)?.accountId ?? accountId) !== accountId)
    throw accessDenied('Cross-account pass role is not allowed.');
  if (!roles.canBeAssumed(roleArn, accountId))
    throw invalidParameterValue('The role defined for the function cannot be assumed by Lambda.');
}

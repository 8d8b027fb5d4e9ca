import type { RequestContext } from '../../../aws/service.ts';
import { isRoot } from '../../../model/identity/caller-identity.ts';
import { validationError } from '../iam-errors.ts';

/** The user a request is about: the one it names, else the one who signed it. Throws ValidationError for others. */
export function namedUser(named: string | undefined, { caller }: RequestContext): string {
  if (named !== undefined) return named;
  const { arn, roleArn } = caller.principal;
  if (isRoot(caller) || roleArn !== undefined)
    throw validationError('Must specify userName when calling with non-User credentials');
  return arn.slice(arn.lastIndexOf('/') + 1);
}

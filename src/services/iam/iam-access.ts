import type { RequestContext, RequestedAction } from '../../aws/service.ts';
import type { IdentityKind } from '../../model/identity/stored-identity.ts';
import { identityArn } from '../../model/identity/identity-names.ts';
import { ServiceError } from '../../model/service-error.ts';
import { partitionOf } from '../../model/stored-function.ts';
import type { IdentityDirectory } from './directory/identity-directory.ts';

type Input = Readonly<Record<string, unknown>>;

/** Members that name what a request is about. Of attaching, that is who gets the policy: the policy is a condition. */
const KINDS: readonly (readonly [member: string, kind: IdentityKind])[] = [
  ['UserName', 'user'],
  ['GroupName', 'group'],
  ['RoleName', 'role'],
  ['InstanceProfileName', 'instance-profile'],
];

/** What a request to IAM is about, where callers are authorised. */
export function iamActions(directory: IdentityDirectory) {
  return (operation: string, input: Input, context: RequestContext): readonly RequestedAction[] => {
    refuseUserSessions(context);
    const keys = {
      ...text('iam:PolicyARN', input['PolicyArn']),
      ...text('iam:PermissionsBoundary', input['PermissionsBoundary']),
    };
    return [{ action: `iam:${operation}`, resource: resourceOf(directory, operation, input, context), keys }];
  };
}

/** The credentials of GetSessionToken are no good for IAM. */
function refuseUserSessions({ caller }: RequestContext): void {
  if (caller.session === undefined || caller.session.roleArn !== undefined) return;
  const message = 'The security token included in the request is invalid.';
  throw new ServiceError('InvalidClientTokenId', message, 403);
}

function resourceOf(
  directory: IdentityDirectory,
  operation: string,
  input: Input,
  { accountId, region, caller }: RequestContext,
): string {
  const of = (kind: IdentityKind, name: string): string => {
    const known = directory.find(kind, accountId, name);
    const path = typeof input['Path'] === 'string' ? input['Path'] : '/';
    return known?.arn ?? identityArn(partitionOf(region), accountId, kind, { path, name });
  };
  for (const [member, kind] of KINDS) {
    const name = input[member];
    if (typeof name === 'string') return of(kind, name);
  }
  const { PolicyArn, PolicyName, PolicySourceArn } = input;
  if (typeof PolicyArn === 'string') return PolicyArn;
  if (typeof PolicySourceArn === 'string') return PolicySourceArn;
  if (operation === 'CreatePolicy' && typeof PolicyName === 'string') return of('policy', PolicyName);
  // Users may leave out their own name.
  const isAboutCaller = operation === 'GetUser' || operation.includes('AccessKey');
  return isAboutCaller && caller.principal.roleArn === undefined ? caller.principal.arn : '*';
}

function text(key: string, value: unknown): Record<string, string> {
  return typeof value === 'string' ? { [key]: value } : {};
}

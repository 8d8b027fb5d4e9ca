import { givesTags } from '../../aws/given-tags.ts';
import type { RequestContext, RequestedAction } from '../../aws/service.ts';
import type { IdentityKind } from '../../model/identity/stored-identity.ts';
import { identityArn } from '../../model/identity/identity-names.ts';
import { ServiceError } from '../../model/service-error.ts';
import { partitionOf } from '../../model/stored-function.ts';
import type { IdentityDirectory } from './directory/identity-directory.ts';

type Input = Readonly<Record<string, unknown>>;

/**
 * Members that name what a request is about, where there are several the first: who puts a user into a group changes the
 * group. Of attaching, that is who gets the policy: the policy is a condition.
 */
const KINDS: readonly (readonly [member: string, kind: IdentityKind])[] = [
  ['InstanceProfileName', 'instance-profile'],
  ['GroupName', 'group'],
  ['UserName', 'user'],
  ['RoleName', 'role'],
];

/** What changes the permissions of a user or role, which may be asked to have a certain boundary. */
const OF_BOUNDED = /^(?:Attach|Delete|Detach|Put)(?:User|Role)(?:Policy|PermissionsBoundary)$/;

/** Who makes something with tags has to be allowed to tag it. */
const TAGGING: ReadonlyMap<string, string> = new Map([
  ['CreateInstanceProfile', 'TagInstanceProfile'],
  ['CreatePolicy', 'TagPolicy'],
  ['CreateRole', 'TagRole'],
  ['CreateUser', 'TagUser'],
]);

/** What a request to IAM is about, where callers are authorised, and what else it takes. */
export function iamActions(directory: IdentityDirectory) {
  return (operation: string, input: Input, context: RequestContext): readonly RequestedAction[] => {
    refuseUserSessions(context);
    const keys = {
      ...text('iam:PolicyARN', input['PolicyArn']),
      ...text('iam:PermissionsBoundary', boundaryOf(directory, operation, input, context)),
    };
    const action = `iam:${operation}`;
    const resource = resourceOf(directory, operation, input, context);
    return [
      { action, resource, keys },
      ...furtherActions(directory, operation, input, context).map((further) => ({
        action,
        keys,
        ...further,
      })),
    ];
  };
}

/** What it takes beside the operation's own action on what it is about; without an action that is the operation's own. */
function furtherActions(
  directory: IdentityDirectory,
  operation: string,
  input: Input,
  context: RequestContext,
): readonly (Partial<RequestedAction> & Pick<RequestedAction, 'resource'>)[] {
  const { Tags: tags } = input;
  const tagging = TAGGING.get(operation);
  if (tagging !== undefined && givesTags(tags))
    return [{ action: `iam:${tagging}`, resource: resourceOf(directory, operation, input, context) }];
  if (operation === 'AddRoleToInstanceProfile') {
    const resource = resourceOf(directory, operation, { RoleName: input['RoleName'] }, context);
    return [{ action: 'iam:PassRole', resource, keys: { 'iam:PassedToService': 'ec2.amazonaws.com' } }];
  }
  if (operation !== 'UpdateUser' && operation !== 'UpdateGroup') return [];
  // What gets another name or path is asked for under that one as well: it may be a place that not everyone may fill.
  return [{ resource: movedTo(directory, input, context) }];
}

function movedTo(directory: IdentityDirectory, input: Input, { accountId, region }: RequestContext): string {
  const { UserName, GroupName, NewUserName, NewGroupName, NewPath } = input as Readonly<
    Record<string, string | undefined>
  >;
  const kind = GroupName === undefined ? 'user' : 'group';
  const before = GroupName ?? UserName ?? '';
  const known = directory.find(kind, accountId, before);
  const name = NewGroupName ?? NewUserName ?? known?.name ?? before;
  return identityArn(partitionOf(region), accountId, kind, { path: NewPath ?? known?.path ?? '/', name });
}

/** The boundary a request gives, or else the one that whom it is about has. */
function boundaryOf(
  directory: IdentityDirectory,
  operation: string,
  { PermissionsBoundary: given, UserName: user, RoleName: role }: Input,
  { accountId }: RequestContext,
): unknown {
  if (given !== undefined || !OF_BOUNDED.test(operation)) return given;
  const holder =
    typeof user === 'string'
      ? directory.find('user', accountId, user)
      : directory.find('role', accountId, String(role));
  return holder?.boundary;
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

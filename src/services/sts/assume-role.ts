import type { AssumeRoleRequest, AssumeRoleResponse } from '@aws-sdk/client-sts';
import type { OperationHandler, RequestContext } from '../../aws/service.ts';
import { isRoot } from '../../model/identity/caller-identity.ts';
import { assumedRoleArn, madeUpRoleId, parseRoleArn } from '../../model/identity/identity-names.ts';
import type { StoredRole } from '../../model/identity/stored-identity.ts';
import { newSession } from './new-session.ts';
import { checkTrust, notTrusted } from './role-trust.ts';
import { packedSize, sessionPolicies } from './session-policies.ts';
import { type SessionTags, sessionTags } from './session-tags.ts';
import type { StsDependencies } from './sts-dependencies.ts';
import { notBuilt, validationError } from './sts-errors.ts';

const HOUR_SECONDS = 3600;

export function assumeRole(deps: StsDependencies): OperationHandler<AssumeRoleRequest, AssumeRoleResponse> {
  return (input, context) => {
    refuseUnbuilt(input);
    const { RoleArn = '', RoleSessionName = '' } = input;
    const { session } = context.caller;
    const tags = sessionTags(input, session);
    const role = trustedRole(deps, input, tags, context);
    const parts = parseRoleArn(RoleArn);
    if (parts === undefined) throw validationError(`${RoleArn} is invalid`);
    const narrowed = sessionPolicies(input, parts.accountId, deps.identities);
    const packed = packedSize(narrowed, tags.given);
    const sourceIdentity = session?.sourceIdentity ?? input.SourceIdentity;
    const id = role?.id ?? madeUpRoleId(RoleArn);
    const draft = {
      accountId: parts.accountId,
      arn: assumedRoleArn(parts, RoleSessionName),
      roleArn: RoleArn,
      ...(role !== undefined && { issuerId: role.id }),
      userId: `${id}:${RoleSessionName}`,
      ...narrowed,
      ...(Object.keys(tags.all).length > 0 && { tags: tags.all }),
      ...(tags.transitiveKeys.length > 0 && { transitiveTagKeys: tags.transitiveKeys }),
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    };
    return {
      Credentials: newSession(deps, draft, durationOf(input, role, context)),
      AssumedRoleUser: { AssumedRoleId: draft.userId, Arn: draft.arn },
      ...(packed !== undefined && { PackedPolicySize: packed }),
      ...(sourceIdentity !== undefined && { SourceIdentity: sourceIdentity }),
    };
  };
}

function refuseUnbuilt(input: AssumeRoleRequest): void {
  if (input.SerialNumber !== undefined || input.TokenCode !== undefined) throw notBuilt('MFA devices');
  if (input.ProvidedContexts !== undefined && input.ProvidedContexts.length > 0)
    throw notBuilt('ProvidedContexts');
  if (input.MinimumSessionTokenSize !== undefined) throw notBuilt('MinimumSessionTokenSize');
}

/** The role, if the caller may assume it. Where nothing is strict, a role that is nowhere can be assumed as well. */
function trustedRole(
  deps: StsDependencies,
  input: AssumeRoleRequest,
  tags: SessionTags,
  context: RequestContext,
): StoredRole | undefined {
  const { RoleArn = '', SourceIdentity, ExternalId, RoleSessionName } = input;
  const parts = parseRoleArn(RoleArn);
  if (parts === undefined) throw validationError(`${RoleArn} is invalid`);
  const found = deps.identities.findRole(parts.accountId, parts.name);
  const role = found?.arn === RoleArn ? found : undefined;
  if (role === undefined) {
    if (deps.identities.isStrict || !isRoot(context.caller)) throw notTrusted(context, RoleArn);
    return undefined;
  }
  const tagKeys = Object.keys(tags.given);
  const actions = [
    'sts:AssumeRole',
    ...(Object.keys(tags.all).length > 0 ? ['sts:TagSession'] : []),
    ...(SourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
  const given = Object.entries(tags.given).map(([key, value]) => [`aws:RequestTag/${key}`, value]);
  const keys = {
    'sts:ExternalId': ExternalId,
    'sts:RoleSessionName': RoleSessionName,
    'sts:SourceIdentity': SourceIdentity,
    'sts:TransitiveTagKeys': input.TransitiveTagKeys,
    'aws:TagKeys': tagKeys.length > 0 ? tagKeys : undefined,
    ...(Object.fromEntries(given) as Record<string, string>),
  };
  checkTrust(deps, role, actions, keys, context);
  return role;
}

function durationOf(
  { DurationSeconds }: AssumeRoleRequest,
  role: StoredRole | undefined,
  { caller }: RequestContext,
): number {
  const wanted = DurationSeconds ?? HOUR_SECONDS;
  if (caller.session?.roleArn !== undefined && wanted > HOUR_SECONDS)
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  if (role !== undefined && wanted > role.maxSessionSeconds)
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  return wanted;
}

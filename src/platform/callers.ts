import type { CallerIdentity } from '../model/identity/caller-identity.ts';
import { parseRoleArn } from '../model/identity/identity-names.ts';
import type { SessionClaims } from '../model/identity/session-claims.ts';
import type { StoredUser } from '../model/identity/stored-identity.ts';
import type { IdentityDirectory } from '../services/iam/directory/identity-directory.ts';

/** A user who signs with a key of its own. */
export function userCaller(user: StoredUser): CallerIdentity {
  const { accountId, arn, id: userId, name, tags } = user;
  const keys = { 'aws:username': name, ...principalTags(tags) };
  return { principal: { type: 'AWS', accountId, arn, userId, keys }, session: undefined };
}

/** Whoever signs with temporary credentials. */
export function sessionCaller(claims: SessionClaims, directory: IdentityDirectory): CallerIdentity {
  const { accountId, arn, roleArn, userId, sourceIdentity, sourceFunctionArn } = claims;
  const name = nameOf(roleArn ?? arn);
  const issuer = directory.find(roleArn === undefined ? 'user' : 'role', accountId, name);
  const keys = {
    'aws:TokenIssueTime': `${new Date(claims.issuedMs).toISOString().slice(0, 19)}Z`,
    'aws:MultiFactorAuthPresent': 'false',
    ...(roleArn === undefined && issuer !== undefined && { 'aws:username': issuer.name }),
    ...(sourceIdentity !== undefined && { 'aws:SourceIdentity': sourceIdentity }),
    ...(sourceFunctionArn !== undefined && { 'lambda:SourceFunctionArn': sourceFunctionArn }),
    ...principalTags({ ...issuer?.tags, ...claims.tags }),
  };
  const principal = { type: 'AWS' as const, accountId, arn, userId, keys };
  return { principal: { ...principal, ...(roleArn !== undefined && { roleArn }) }, session: claims };
}

function principalTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]));
}

function nameOf(arn: string): string {
  return parseRoleArn(arn)?.name ?? arn.slice(arn.lastIndexOf('/') + 1);
}

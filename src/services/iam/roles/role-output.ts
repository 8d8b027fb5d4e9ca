import type { Role } from '@aws-sdk/client-iam';
import type { StoredRole } from '../../../model/identity/stored-identity.ts';
import { shownTags } from '../entities/entity-tags.ts';
import { encodedDocument } from '../policies/policy-versions.ts';
import { shownBoundary } from '../users/user-output.ts';

/** As lists show it. */
export function shownRole(role: StoredRole): Role {
  const { path, name, id, arn, createdMs, trustPolicy, description, maxSessionSeconds } = role;
  return {
    Path: path,
    RoleName: name,
    RoleId: id,
    Arn: arn,
    CreateDate: new Date(createdMs),
    AssumeRolePolicyDocument: encodedDocument(trustPolicy),
    ...(description !== undefined && { Description: description }),
    MaxSessionDuration: maxSessionSeconds,
  };
}

export function shownRoleInFull(role: StoredRole): Role {
  return { ...shownRole(role), ...shownBoundary(role), ...shownTags(role.tags), RoleLastUsed: {} };
}

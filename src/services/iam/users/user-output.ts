import type { AttachedPermissionsBoundary, User } from '@aws-sdk/client-iam';
import type { Bounded, StoredUser } from '../../../model/identity/stored-identity.ts';
import { shownTags } from '../entities/entity-tags.ts';

/** As lists show it. */
export function shownUser({ path, name, id, arn, createdMs }: StoredUser): User {
  return { Path: path, UserName: name, UserId: id, Arn: arn, CreateDate: new Date(createdMs) };
}

export function shownUserInFull(user: StoredUser): User {
  return { ...shownUser(user), ...shownBoundary(user), ...shownTags(user.tags) };
}

export function shownBoundary({ boundary }: Bounded): {
  readonly PermissionsBoundary?: AttachedPermissionsBoundary;
} {
  if (boundary === undefined) return {};
  return {
    PermissionsBoundary: {
      PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
      PermissionsBoundaryArn: boundary,
    },
  };
}

import type { StoredUser } from '../../../model/identity/stored-identity.ts';
import { nameKey } from '../entities/entity-key.ts';

export function isMember({ groups }: StoredUser, group: string): boolean {
  return groups.some((name) => nameKey(name) === nameKey(group));
}

export function withoutGroup(user: StoredUser, group: string): StoredUser {
  return { ...user, groups: user.groups.filter((name) => nameKey(name) !== nameKey(group)) };
}

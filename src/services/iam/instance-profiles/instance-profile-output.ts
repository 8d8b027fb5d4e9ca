import type { InstanceProfile } from '@aws-sdk/client-iam';
import type { Kysely } from 'kysely';
import type { StoredInstanceProfile } from '../../../model/identity/stored-identity.ts';
import type { Database } from '../../../store/schema.ts';
import { findEntity } from '../entities/entity-rows.ts';
import { shownTags } from '../entities/entity-tags.ts';
import { shownRole } from '../roles/role-output.ts';

export async function shownInstanceProfile(
  db: Kysely<Database>,
  profile: StoredInstanceProfile,
): Promise<InstanceProfile> {
  const { accountId, roleName, path, name, id, arn, createdMs, tags } = profile;
  const role = roleName === undefined ? undefined : await findEntity(db, 'role', accountId, roleName);
  return {
    Path: path,
    InstanceProfileName: name,
    InstanceProfileId: id,
    Arn: arn,
    CreateDate: new Date(createdMs),
    Roles: role === undefined ? [] : [shownRole(role)],
    ...shownTags(tags),
  };
}

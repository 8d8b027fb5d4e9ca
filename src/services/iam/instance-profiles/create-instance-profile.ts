import type { CreateInstanceProfileRequest, CreateInstanceProfileResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import { tagsOf } from '../entities/entity-tags.ts';
import { newEntity } from '../entities/new-entity.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { shownInstanceProfile } from './instance-profile-output.ts';

export function createInstanceProfile(
  deps: IamDependencies,
): OperationHandler<CreateInstanceProfileRequest, CreateInstanceProfileResponse> {
  return async ({ InstanceProfileName = '', Path, Tags }, context) => {
    const entity = newEntity('instance-profile', InstanceProfileName, Path, context, deps.clock.now());
    const profile = { ...entity, tags: tagsOf(Tags) };
    await changeAccount(deps.store, context.accountId, async (account) => await account.add(profile));
    return { InstanceProfile: await shownInstanceProfile(deps.store.db, profile) };
  };
}

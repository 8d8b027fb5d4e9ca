import type { GetInstanceProfileRequest, GetInstanceProfileResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { requireEntity } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { shownInstanceProfile } from './instance-profile-output.ts';

export function getInstanceProfile(
  deps: IamDependencies,
): OperationHandler<GetInstanceProfileRequest, GetInstanceProfileResponse> {
  return async ({ InstanceProfileName = '' }, { accountId }) => {
    const { db } = deps.store;
    const profile = await requireEntity(db, 'instance-profile', accountId, InstanceProfileName);
    return { InstanceProfile: await shownInstanceProfile(db, profile) };
  };
}

import type { SetDefaultPolicyVersionRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { requireOwnPolicy } from './find-policy.ts';
import { requireVersion } from './policy-versions.ts';

export function setDefaultPolicyVersion(
  deps: IamDependencies,
): OperationHandler<SetDefaultPolicyVersionRequest, Record<string, never>> {
  return async ({ PolicyArn = '', VersionId = '' }, context) => {
    const updatedMs = deps.clock.now();
    await changeAccount(deps.store, context.accountId, async (account) => {
      const policy = await requireOwnPolicy(account, PolicyArn);
      const { id: defaultVersion } = requireVersion(policy, VersionId);
      await account.put({ ...policy, defaultVersion, updatedMs });
    });
    return {};
  };
}

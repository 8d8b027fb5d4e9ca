import type { CreatePolicyVersionRequest, CreatePolicyVersionResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { limitExceeded } from '../iam-errors.ts';
import { checkIdentityPolicy, checkManagedSize } from './document-rules.ts';
import { requireOwnPolicy } from './find-policy.ts';
import { shownVersion } from './policy-versions.ts';

const MOST = 5;

export function createPolicyVersion(
  deps: IamDependencies,
): OperationHandler<CreatePolicyVersionRequest, CreatePolicyVersionResponse> {
  return async ({ PolicyArn = '', PolicyDocument: document = '', SetAsDefault }, context) => {
    checkIdentityPolicy(document, deps);
    checkManagedSize(document);
    const nowMs = deps.clock.now();
    return await changeAccount(deps.store, context.accountId, async (account) => {
      const before = await requireOwnPolicy(account, PolicyArn);
      if (before.versions.length >= MOST)
        throw limitExceeded(
          `A managed policy can have up to ${MOST} versions. Before you create a new version, you must delete an existing version.`,
        );
      const version = { id: `v${before.nextVersion}`, document, createdMs: nowMs };
      const after = await account.put({
        ...before,
        versions: [...before.versions, version],
        nextVersion: before.nextVersion + 1,
        updatedMs: nowMs,
        ...(SetAsDefault === true && { defaultVersion: version.id }),
      });
      return { PolicyVersion: shownVersion(after, version) };
    });
  };
}

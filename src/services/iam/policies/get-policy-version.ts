import type { GetPolicyVersionRequest, GetPolicyVersionResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { requirePolicy } from './find-policy.ts';
import { encodedDocument, requireVersion, shownVersion } from './policy-versions.ts';

export function getPolicyVersion(
  deps: IamDependencies,
): OperationHandler<GetPolicyVersionRequest, GetPolicyVersionResponse> {
  return async ({ PolicyArn = '', VersionId = '' }, { accountId }) => {
    const policy = await requirePolicy(deps.store.db, accountId, PolicyArn);
    const version = requireVersion(policy, VersionId);
    return {
      PolicyVersion: { Document: encodedDocument(version.document), ...shownVersion(policy, version) },
    };
  };
}

import type { ServiceDefinition } from '../../../aws/service.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { createPolicyVersion } from './create-policy-version.ts';
import { createPolicy } from './create-policy.ts';
import { deletePolicyVersion } from './delete-policy-version.ts';
import { deletePolicy } from './delete-policy.ts';
import { getPolicyVersion } from './get-policy-version.ts';
import { getPolicy } from './get-policy.ts';
import { listEntitiesForPolicy } from './list-entities-for-policy.ts';
import { listPolicies } from './list-policies.ts';
import { listPolicyVersions } from './list-policy-versions.ts';
import { setDefaultPolicyVersion } from './set-default-policy-version.ts';

export function policyOperations(deps: IamDependencies): ServiceDefinition['operations'] {
  return {
    CreatePolicy: createPolicy(deps),
    CreatePolicyVersion: createPolicyVersion(deps),
    DeletePolicy: deletePolicy(deps),
    DeletePolicyVersion: deletePolicyVersion(deps),
    GetPolicy: getPolicy(deps),
    GetPolicyVersion: getPolicyVersion(deps),
    ListEntitiesForPolicy: listEntitiesForPolicy(deps),
    ListPolicies: listPolicies(deps),
    ListPolicyVersions: listPolicyVersions(deps),
    SetDefaultPolicyVersion: setDefaultPolicyVersion(deps),
  };
}

import type { ServiceDefinition } from '../../aws/service.ts';
import { groupOperations } from './groups/group-operations.ts';
import { holderOperations } from './holders/holder-operations.ts';
import { iamActions } from './iam-access.ts';
import type { IamDependencies } from './iam-dependencies.ts';
import { instanceProfileOperations } from './instance-profiles/instance-profile-operations.ts';
import { policyOperations } from './policies/policy-operations.ts';
import { roleOperations } from './roles/role-operations.ts';
import { simulationOperations } from './simulation/simulation-operations.ts';
import { userOperations } from './users/user-operations.ts';

/** IAM, as far as it is built: docs/identities.md says what is. */
export function createIamService(deps: IamDependencies): ServiceDefinition {
  return {
    model: 'iam',
    access: { actions: iamActions(deps.directory) },
    operations: {
      ...groupOperations(deps),
      ...holderOperations(deps),
      ...instanceProfileOperations(deps),
      ...policyOperations(deps),
      ...roleOperations(deps),
      ...simulationOperations(deps),
      ...userOperations(deps),
    },
  };
}

import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { addPermission } from './add-permission.ts';
import { deleteResourcePolicy } from './delete-resource-policy.ts';
import { getPolicy } from './get-policy.ts';
import { getResourcePolicy } from './get-resource-policy.ts';
import { putResourcePolicy } from './put-resource-policy.ts';
import { removePermission } from './remove-permission.ts';

export function permissionOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    AddPermission: addPermission(deps),
    DeleteResourcePolicy: deleteResourcePolicy(deps),
    GetPolicy: getPolicy(deps),
    GetResourcePolicy: getResourcePolicy(deps),
    PutResourcePolicy: putResourcePolicy(deps),
    RemovePermission: removePermission(deps),
  };
}

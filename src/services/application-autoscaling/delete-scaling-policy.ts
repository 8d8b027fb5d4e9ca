import type { DeleteScalingPolicyRequest } from '@aws-sdk/client-application-auto-scaling';
import type { OperationHandler } from '../../aws/service.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { deleteDefinition } from './definition-rows.ts';
import { placeOf, resourceOf } from './scalable-resource.ts';
import { objectNotFound } from './scaling-errors.ts';

export function deleteScalingPolicy(
  deps: AutoscalingDependencies,
): OperationHandler<DeleteScalingPolicyRequest, Record<string, never>> {
  return async (input, context) => {
    const resource = resourceOf(input, context);
    const name = input.PolicyName ?? '';
    await deps.store.write(async (tx, announce) => {
      if (await deleteDefinition(tx, announce, 'policy', resource, name)) return;
      throw objectNotFound(
        `No scaling policy found for ${placeOf(resource.resourceId)}, policy name: ${name}`,
      );
    });
    return {};
  };
}

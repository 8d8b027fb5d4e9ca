import type {
  DescribeScalingPoliciesRequest,
  DescribeScalingPoliciesResponse,
  ScalingPolicy,
} from '@aws-sdk/client-application-auto-scaling';
import type { OperationHandler } from '../../aws/service.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { type Definition, readDefinitions } from './definition-rows.ts';
import { pageOf } from './list-page.ts';
import { alarmsOf } from './policy-alarms.ts';
import { checkFilter, DIMENSION, NAMESPACE, partArn } from './scalable-resource.ts';

export function describeScalingPolicies(
  deps: AutoscalingDependencies,
): OperationHandler<DescribeScalingPoliciesRequest, DescribeScalingPoliciesResponse> {
  return async (input, context) => {
    const { ResourceId, PolicyNames: names = [] } = input;
    checkFilter(input, ResourceId === undefined ? [] : [ResourceId]);
    const all = await readDefinitions(deps.store.db, 'policy', context);
    const asked = all.filter(
      ({ resource, name }) =>
        (ResourceId === undefined || resource.resourceId === ResourceId) &&
        (names.length === 0 || names.includes(name)),
    );
    const { page, more } = pageOf(asked, ({ resource, name }) => `${resource.resourceId}/${name}`, input);
    return { ScalingPolicies: page.map(shown), ...more };
  };
}

function shown({ resource, name, value }: Definition<'policy'>): ScalingPolicy {
  return {
    PolicyARN: partArn(resource, 'scalingPolicy', value.id, name),
    PolicyName: name,
    ServiceNamespace: NAMESPACE,
    ResourceId: resource.resourceId,
    ScalableDimension: DIMENSION,
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: value.targetValue,
      PredefinedMetricSpecification: { PredefinedMetricType: 'LambdaProvisionedConcurrencyUtilization' },
      ...(value.scaleOutCooldownS !== undefined && { ScaleOutCooldown: value.scaleOutCooldownS }),
      ...(value.scaleInCooldownS !== undefined && { ScaleInCooldown: value.scaleInCooldownS }),
      ...(value.disableScaleIn !== undefined && { DisableScaleIn: value.disableScaleIn }),
    },
    Alarms: alarmsOf(resource, value),
    CreationTime: new Date(value.createdAtMs),
  };
}

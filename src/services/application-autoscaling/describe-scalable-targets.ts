import type {
  DescribeScalableTargetsRequest,
  DescribeScalableTargetsResponse,
  ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import type { OperationHandler } from '../../aws/service.ts';
import { partitionOf } from '../../model/stored-function.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { type Definition, readDefinitions } from './definition-rows.ts';
import { pageOf } from './list-page.ts';
import { checkFilter, DIMENSION, NAMESPACE, targetArn } from './scalable-resource.ts';

const ROLE =
  'aws-service-role/lambda.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency';

export function describeScalableTargets(
  deps: AutoscalingDependencies,
): OperationHandler<DescribeScalableTargetsRequest, DescribeScalableTargetsResponse> {
  return async (input, context) => {
    const ids = input.ResourceIds ?? [];
    checkFilter(input, ids);
    const all = await readDefinitions(deps.store.db, 'target', context);
    const asked = all.filter(({ resource }) => ids.length === 0 || ids.includes(resource.resourceId));
    const { page, more } = pageOf(asked, ({ resource }) => resource.resourceId, input);
    return { ScalableTargets: page.map(shown), ...more };
  };
}

function shown({ resource, value }: Definition<'target'>): ScalableTarget {
  const { accountId, region, resourceId } = resource;
  const { suspended } = value;
  return {
    ServiceNamespace: NAMESPACE,
    ResourceId: resourceId,
    ScalableDimension: DIMENSION,
    MinCapacity: value.min,
    MaxCapacity: value.max,
    RoleARN: `arn:${partitionOf(region)}:iam::${accountId}:role/${ROLE}`,
    CreationTime: new Date(value.createdAtMs),
    SuspendedState: {
      DynamicScalingInSuspended: suspended.scaleIn,
      DynamicScalingOutSuspended: suspended.scaleOut,
      ScheduledScalingSuspended: suspended.scheduled,
    },
    ScalableTargetARN: targetArn(resource, value.id),
  };
}

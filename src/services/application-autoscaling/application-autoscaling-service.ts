import type { ServiceDefinition } from '../../aws/service.ts';
import { autoscalingActions } from './autoscaling-actions.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { deleteScalingPolicy } from './delete-scaling-policy.ts';
import { deleteScheduledAction } from './delete-scheduled-action.ts';
import { deregisterScalableTarget } from './deregister-scalable-target.ts';
import { describeScalableTargets } from './describe-scalable-targets.ts';
import { describeScalingActivities } from './describe-scaling-activities.ts';
import { describeScalingPolicies } from './describe-scaling-policies.ts';
import { describeScheduledActions } from './describe-scheduled-actions.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { putScalingPolicy } from './put-scaling-policy.ts';
import { putScheduledAction } from './put-scheduled-action.ts';
import { registerScalableTarget } from './register-scalable-target.ts';
import type { ScalableTargets } from './scalable-targets.ts';
import { tagResource } from './tag-resource.ts';
import { untagResource } from './untag-resource.ts';

/** Application Auto Scaling of provisioned concurrency. `ScalingRunner` does what is stored. */
export function createApplicationAutoscalingService(
  deps: AutoscalingDependencies,
  targets: ScalableTargets,
): ServiceDefinition {
  return {
    model: 'application-auto-scaling',
    access: { actions: autoscalingActions(targets) },
    operations: {
      DeleteScalingPolicy: deleteScalingPolicy(deps),
      DeleteScheduledAction: deleteScheduledAction(deps),
      DeregisterScalableTarget: deregisterScalableTarget(deps),
      DescribeScalableTargets: describeScalableTargets(deps),
      DescribeScalingActivities: describeScalingActivities(deps),
      DescribeScalingPolicies: describeScalingPolicies(deps),
      DescribeScheduledActions: describeScheduledActions(deps),
      ListTagsForResource: listTagsForResource(deps),
      PutScalingPolicy: putScalingPolicy(deps),
      PutScheduledAction: putScheduledAction(deps),
      RegisterScalableTarget: registerScalableTarget(deps),
      TagResource: tagResource(deps),
      UntagResource: untagResource(deps),
    },
  };
}

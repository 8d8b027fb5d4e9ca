import { randomUUID } from 'node:crypto';
import type {
  PutScalingPolicyRequest,
  PutScalingPolicyResponse,
  TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import type { OperationHandler } from '../../aws/service.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { holdDefinition, readDefinitionsOf, writeDefinition } from './definition-rows.ts';
import { alarmsOf } from './policy-alarms.ts';
import { partArn, resourceOf, unknownTarget } from './scalable-resource.ts';
import { limitExceeded, notBuilt, validation } from './scaling-errors.ts';
import type { StoredPolicy } from './stored-definitions.ts';

const MOST_POLICIES = 50;
const METRIC = 'LambdaProvisionedConcurrencyUtilization';

/** Makes a policy, or another of it. AWS has no other kind for Lambda than target tracking either. */
export function putScalingPolicy(
  deps: AutoscalingDependencies,
): OperationHandler<PutScalingPolicyRequest, PutScalingPolicyResponse> {
  return async (input, context) => {
    const resource = resourceOf(input, context);
    const tracking = trackingOf(input);
    const name = input.PolicyName ?? '';
    const fresh = { id: randomUUID(), createdAtMs: deps.clock.now() };
    const policy = await deps.store.write(async (tx, announce) => {
      if ((await holdDefinition(tx, 'target', resource)) === undefined) throw unknownTarget(resource);
      const others = await readDefinitionsOf(tx, 'policy', resource);
      const before = others.find((other) => other.name === name)?.value;
      if (before === undefined && others.length >= MOST_POLICIES) {
        throw limitExceeded(`A scalable target can have no more than ${MOST_POLICIES} scaling policies.`);
      }
      const { id, createdAtMs } = before ?? fresh;
      const value: StoredPolicy = { ...tracking, id, createdAtMs };
      await writeDefinition(tx, announce, 'policy', { resource, name, value });
      return value;
    });
    return {
      PolicyARN: partArn(resource, 'scalingPolicy', policy.id, name),
      Alarms: alarmsOf(resource, policy),
    };
  };
}

function trackingOf(input: PutScalingPolicyRequest): Omit<StoredPolicy, 'id' | 'createdAtMs'> {
  const { PolicyType = 'StepScaling', TargetTrackingScalingPolicyConfiguration: configuration } = input;
  if (PolicyType !== 'TargetTrackingScaling')
    throw validation(`PolicyType ${PolicyType} is not supported for service namespace lambda.`);
  if (input.StepScalingPolicyConfiguration ?? input.PredictiveScalingPolicyConfiguration) {
    throw validation('The policy configuration does not match the policy type TargetTrackingScaling.');
  }
  if (configuration === undefined) {
    throw validation(
      'TargetTrackingScalingPolicyConfiguration is required for policy type TargetTrackingScaling.',
    );
  }
  checkMetric(configuration);
  const { TargetValue = 0, ScaleOutCooldown, ScaleInCooldown, DisableScaleIn } = configuration;
  if (TargetValue < 0.1 || TargetValue > 0.9) {
    throw validation(`TargetValue must be between 0.1 and 0.9 for ${METRIC}.`);
  }
  if ((ScaleOutCooldown ?? 0) < 0 || (ScaleInCooldown ?? 0) < 0) {
    throw validation('Cooldowns must not be less than 0.');
  }
  return {
    targetValue: TargetValue,
    scaleOutCooldownS: ScaleOutCooldown,
    scaleInCooldownS: ScaleInCooldown,
    disableScaleIn: DisableScaleIn,
  };
}

function checkMetric(configuration: TargetTrackingScalingPolicyConfiguration): void {
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: customized } =
    configuration;
  if (predefined !== undefined && customized !== undefined) {
    throw validation(
      'Only one of PredefinedMetricSpecification and CustomizedMetricSpecification can be specified.',
    );
  }
  if (customized !== undefined) throw notBuilt('CustomizedMetricSpecification');
  if (predefined === undefined) {
    throw validation('A PredefinedMetricSpecification or CustomizedMetricSpecification is required.');
  }
  if (predefined.PredefinedMetricType !== METRIC) {
    throw validation(
      `Predefined metric type ${predefined.PredefinedMetricType} is not supported for service namespace lambda.`,
    );
  }
  if (predefined.ResourceLabel !== undefined) {
    throw validation(`ResourceLabel is not supported for predefined metric type ${METRIC}.`);
  }
}

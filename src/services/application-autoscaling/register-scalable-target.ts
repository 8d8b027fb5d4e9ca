import { randomUUID } from 'node:crypto';
import type {
  RegisterScalableTargetRequest,
  RegisterScalableTargetResponse,
} from '@aws-sdk/client-application-auto-scaling';
import type { OperationHandler } from '../../aws/service.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { addDefinition, holdDefinition, writeDefinition } from './definition-rows.ts';
import { resourceOf, targetArn } from './scalable-resource.ts';
import { validation } from './scaling-errors.ts';
import type { StoredTarget, Suspensions } from './stored-definitions.ts';
import { addTags } from './target-tags.ts';

const NOT_SUSPENDED: Suspensions = { scaleIn: false, scaleOut: false, scheduled: false };

/** Registers a version or alias, or changes what is given of one that is. The role is always the service's own. */
export function registerScalableTarget(
  deps: AutoscalingDependencies,
): OperationHandler<RegisterScalableTargetRequest, RegisterScalableTargetResponse> {
  return async (input, context) => {
    const resource = resourceOf(input, context);
    if (!(await deps.capacity.exists(resource))) {
      throw validation(`Lambda function version or alias does not exist: ${resource.resourceId}`);
    }
    const fresh = { id: randomUUID().replaceAll('-', ''), createdAtMs: deps.clock.now() };
    const id = await deps.store.write(async (tx, announce) => {
      let before = await holdDefinition(tx, 'target', resource);
      if (before === undefined) {
        const value = targetOf(input, undefined, fresh);
        if (await addDefinition(tx, announce, 'target', { resource, name: '', value })) {
          if (input.Tags !== undefined) await addTags(tx, targetArn(resource, value.id), input.Tags);
          return value.id;
        }
        // Another platform was quicker.
        before = await holdDefinition(tx, 'target', resource);
      }
      if (input.Tags !== undefined)
        throw validation('Tags can only be specified when a scalable target is registered. Use TagResource.');
      const value = targetOf(input, before, fresh);
      await writeDefinition(tx, announce, 'target', { resource, name: '', value });
      return value.id;
    });
    return { ScalableTargetARN: targetArn(resource, id) };
  };
}

function targetOf(
  input: RegisterScalableTargetRequest,
  before: StoredTarget | undefined,
  fresh: Pick<StoredTarget, 'id' | 'createdAtMs'>,
): StoredTarget {
  const min = input.MinCapacity ?? before?.min;
  const max = input.MaxCapacity ?? before?.max;
  if (min === undefined || max === undefined) {
    throw validation('Minimum and maximum capacity are required when a scalable target is registered.');
  }
  if (min < 0 || max < 0) throw validation('Minimum and maximum capacity must not be less than 0.');
  if (min > max) throw validation('Maximum capacity cannot be less than minimum capacity');
  const { id, createdAtMs, suspended = NOT_SUSPENDED } = { ...fresh, ...before };
  const given = input.SuspendedState;
  return {
    id,
    min,
    max,
    createdAtMs,
    suspended: {
      scaleIn: given?.DynamicScalingInSuspended ?? suspended.scaleIn,
      scaleOut: given?.DynamicScalingOutSuspended ?? suspended.scaleOut,
      scheduled: given?.ScheduledScalingSuspended ?? suspended.scheduled,
    },
  };
}

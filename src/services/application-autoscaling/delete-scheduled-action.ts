import type { DeleteScheduledActionRequest } from '@aws-sdk/client-application-auto-scaling';
import type { OperationHandler } from '../../aws/service.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { deleteDefinition } from './definition-rows.ts';
import { placeOf, resourceOf } from './scalable-resource.ts';
import { objectNotFound } from './scaling-errors.ts';

export function deleteScheduledAction(
  deps: AutoscalingDependencies,
): OperationHandler<DeleteScheduledActionRequest, Record<string, never>> {
  return async (input, context) => {
    const resource = resourceOf(input, context);
    const name = input.ScheduledActionName ?? '';
    await deps.store.write(async (tx, announce) => {
      if (await deleteDefinition(tx, announce, 'action', resource, name)) return;
      const place = placeOf(resource.resourceId);
      throw objectNotFound(`No scheduled action found for ${place}, scheduled action name: ${name}`);
    });
    return {};
  };
}

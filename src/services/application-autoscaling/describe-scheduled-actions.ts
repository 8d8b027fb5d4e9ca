import type {
  DescribeScheduledActionsRequest,
  DescribeScheduledActionsResponse,
  ScheduledAction,
} from '@aws-sdk/client-application-auto-scaling';
import type { OperationHandler } from '../../aws/service.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { type Definition, readDefinitions } from './definition-rows.ts';
import { pageOf } from './list-page.ts';
import { checkFilter, DIMENSION, NAMESPACE, partArn } from './scalable-resource.ts';

export function describeScheduledActions(
  deps: AutoscalingDependencies,
): OperationHandler<DescribeScheduledActionsRequest, DescribeScheduledActionsResponse> {
  return async (input, context) => {
    const { ResourceId, ScheduledActionNames: names = [] } = input;
    checkFilter(input, ResourceId === undefined ? [] : [ResourceId]);
    const all = await readDefinitions(deps.store.db, 'action', context);
    const asked = all.filter(
      ({ resource, name }) =>
        (ResourceId === undefined || resource.resourceId === ResourceId) &&
        (names.length === 0 || names.includes(name)),
    );
    const { page, more } = pageOf(asked, ({ resource, name }) => `${resource.resourceId}/${name}`, input);
    return { ScheduledActions: page.map(shown), ...more };
  };
}

function shown({ resource, name, value }: Definition<'action'>): ScheduledAction {
  const { startMs, endMs, min, max, timeZone } = value;
  return {
    ScheduledActionName: name,
    ScheduledActionARN: partArn(resource, 'scheduledAction', value.id, name),
    ServiceNamespace: NAMESPACE,
    Schedule: value.schedule,
    ...(timeZone !== undefined && { Timezone: timeZone }),
    ResourceId: resource.resourceId,
    ScalableDimension: DIMENSION,
    ...(startMs !== undefined && { StartTime: new Date(startMs) }),
    ...(endMs !== undefined && { EndTime: new Date(endMs) }),
    ScalableTargetAction: {
      ...(min !== undefined && { MinCapacity: min }),
      ...(max !== undefined && { MaxCapacity: max }),
    },
    CreationTime: new Date(value.createdAtMs),
  };
}

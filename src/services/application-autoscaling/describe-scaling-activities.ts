import type {
  DescribeScalingActivitiesRequest,
  DescribeScalingActivitiesResponse,
  ScalingActivity,
} from '@aws-sdk/client-application-auto-scaling';
import type { OperationHandler } from '../../aws/service.ts';
import { readActivities } from './activity-rows.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { settleActivities } from './capacity-change.ts';
import { pageOf } from './list-page.ts';
import { checkFilter, DIMENSION, NAMESPACE } from './scalable-resource.ts';
import { notBuilt } from './scaling-errors.ts';
import type { StoredActivity } from './stored-definitions.ts';

/** After every time of the platform. */
const END_OF_TIME_MS = 1e15;

/** What was done in the last six weeks, the latest first. */
export function describeScalingActivities(
  deps: AutoscalingDependencies,
): OperationHandler<DescribeScalingActivitiesRequest, DescribeScalingActivitiesResponse> {
  return async (input, context) => {
    checkFilter(input, input.ResourceId === undefined ? [] : [input.ResourceId]);
    if (input.IncludeNotScaledActivities === true) throw notBuilt('IncludeNotScaledActivities');
    await settleActivities(deps);
    const all = await readActivities(deps.store.db, context, input.ResourceId);
    const { page, more } = pageOf(all, ageOf, input);
    return { ScalingActivities: page.map(shown), ...more };
  };
}

/** A key that puts the latest first, and what came of new bounds before them. */
function ageOf({ startMs, capacity, id }: StoredActivity): string {
  const age = String(END_OF_TIME_MS - startMs).padStart(16, '0');
  return `${age}/${capacity === undefined ? 'bounds' : '-'}/${id}`;
}

function shown(activity: StoredActivity): ScalingActivity {
  return {
    ActivityId: activity.id,
    ServiceNamespace: NAMESPACE,
    ResourceId: activity.resourceId,
    ScalableDimension: DIMENSION,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: new Date(activity.startMs),
    ...(activity.endMs !== undefined && { EndTime: new Date(activity.endMs) }),
    StatusCode: activity.status,
    StatusMessage: activity.statusMessage,
  };
}

import type { Alarm } from '@aws-sdk/client-application-auto-scaling';
import { partitionOf } from '../../model/stored-function.ts';
import type { ScalableResource } from './scalable-resource.ts';
import type { StoredPolicy } from './stored-definitions.ts';

/** By name only: what they would watch is watched here. */
export function alarmName(
  { resourceId }: ScalableResource,
  policy: Pick<StoredPolicy, 'id'>,
  kind: 'AlarmHigh' | 'AlarmLow',
): string {
  return `TargetTracking-${resourceId}-${kind}-${policy.id}`;
}

export function alarmsOf(resource: ScalableResource, policy: StoredPolicy): Alarm[] {
  const { accountId, region } = resource;
  const kinds =
    policy.disableScaleIn === true ? (['AlarmHigh'] as const) : (['AlarmHigh', 'AlarmLow'] as const);
  return kinds.map((kind) => {
    const AlarmName = alarmName(resource, policy, kind);
    return {
      AlarmName,
      AlarmARN: `arn:${partitionOf(region)}:cloudwatch:${region}:${accountId}:alarm:${AlarmName}`,
    };
  });
}

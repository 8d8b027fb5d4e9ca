import type { ServiceAccess } from '../../aws/service.ts';
import type { ScalableTargets } from './scalable-targets.ts';

const PREFIX = 'application-autoscaling';

/** What a request is about, where callers are authorised: a scalable target, and of which kind; lists are about everything. */
export function autoscalingActions(
  targets: Pick<ScalableTargets, 'arn'>,
): NonNullable<ServiceAccess['actions']> {
  return (operation, input, { accountId, region }) => {
    const action = `${PREFIX}:${operation}`;
    const { ResourceARN: arn, ResourceId: resourceId, ServiceNamespace, ScalableDimension } = input;
    if (typeof arn === 'string') return [{ action, resource: arn }];
    if (operation.startsWith('Describe') || typeof resourceId !== 'string')
      return [{ action, resource: '*' }];
    const keys = {
      [`${PREFIX}:service-namespace`]: text(ServiceNamespace),
      [`${PREFIX}:scalable-dimension`]: text(ScalableDimension),
    };
    return [{ action, resource: targets.arn({ accountId, region, resourceId }), keys }];
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

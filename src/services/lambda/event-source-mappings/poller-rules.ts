import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { EventSourceKind } from '../../../model/stored-event-source-mapping.ts';
import { KAFKAS, type MappingRequest, QUEUES } from './event-source.ts';
import { tooSmall, unsupportedParameter } from './parameter-errors.ts';
import { hasProvisionedPollers } from './parameter-kinds.ts';

const DEFAULT_MAXIMUM_POLLERS = 200;

/** Fewest pollers a source can be given; also the default minimum. */
export function fewestPollers(kind: EventSourceKind): number {
  return QUEUES.includes(kind) ? 2 : 1;
}

/** Provisioned pollers with what was left open. */
export function withPollerDefaults(
  kind: EventSourceKind,
  config: MappingRequest['ProvisionedPollerConfig'],
): MappingRequest['ProvisionedPollerConfig'] {
  return {
    ...config,
    MinimumPollers: config?.MinimumPollers ?? fewestPollers(kind),
    MaximumPollers: config?.MaximumPollers ?? DEFAULT_MAXIMUM_POLLERS,
  };
}

/** How much a mapping may poll, and what it tells of its polling. */
export function checkPollers(kind: EventSourceKind, request: MappingRequest): void {
  const onlyKafka = ['ErrorCount', 'KafkaMetrics'];
  if (
    !KAFKAS.includes(kind) &&
    request.MetricsConfig?.Metrics?.some((metric) => onlyKafka.includes(metric))
  ) {
    throw unsupportedParameter('MetricsConfig');
  }
  if (!hasProvisionedPollers(request)) return;
  if (request.ScalingConfig?.MaximumConcurrency !== undefined) {
    throw invalidParameterValue(
      'ScalingConfig.MaximumConcurrency and ProvisionedPollerConfig cannot be specified together.',
    );
  }
  const given = request.ProvisionedPollerConfig;
  if (given?.PollerGroupName !== undefined && !KAFKAS.includes(kind)) {
    throw unsupportedParameter('PollerGroupName');
  }
  const { MinimumPollers: least = 0, MaximumPollers: most = 0 } = withPollerDefaults(kind, given) ?? {};
  if (least < fewestPollers(kind)) {
    throw tooSmall('provisionedPollerConfig.minimumPollers', least, fewestPollers(kind));
  }
  if (most < least) throw tooSmall('provisionedPollerConfig.maximumPollers', most, least);
}

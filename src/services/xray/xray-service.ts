import type { ServiceDefinition } from '../../aws/service.ts';
import { batchGetTraces } from './batch-get-traces.ts';
import { getTraceSummaries } from './get-trace-summaries.ts';
import { putTelemetryRecords } from './put-telemetry-records.ts';
import { putTraceSegments } from './put-trace-segments.ts';
import type { XrayDependencies } from './xray-dependencies.ts';

/** X-Ray, as far as it is built. */
export function createXrayService(deps: XrayDependencies): ServiceDefinition {
  return {
    model: 'xray',
    operations: {
      BatchGetTraces: batchGetTraces(deps),
      GetTraceSummaries: getTraceSummaries(deps),
      PutTelemetryRecords: putTelemetryRecords(),
      PutTraceSegments: putTraceSegments(deps),
    },
  };
}

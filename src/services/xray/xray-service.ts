import type { ServiceDefinition } from '../../aws/service.ts';
import { batchGetTraces } from './batch-get-traces.ts';
import { createSamplingRule } from './create-sampling-rule.ts';
import { deleteSamplingRule } from './delete-sampling-rule.ts';
import { getSamplingRules } from './get-sampling-rules.ts';
import { getSamplingTargets } from './get-sampling-targets.ts';
import { getServiceGraph } from './get-service-graph.ts';
import { getTraceGraph } from './get-trace-graph.ts';
import { getTraceSummaries } from './get-trace-summaries.ts';
import { putTelemetryRecords } from './put-telemetry-records.ts';
import { putTraceSegments } from './put-trace-segments.ts';
import { listTagsForResource, tagResource, untagResource } from './tag-operations.ts';
import { updateSamplingRule } from './update-sampling-rule.ts';
import { xrayActions } from './xray-access.ts';
import type { XrayDependencies } from './xray-dependencies.ts';

/** X-Ray, as far as it is built. */
export function createXrayService(deps: XrayDependencies): ServiceDefinition {
  return {
    model: 'xray',
    access: { actions: xrayActions },
    operations: {
      BatchGetTraces: batchGetTraces(deps),
      CreateSamplingRule: createSamplingRule(deps),
      DeleteSamplingRule: deleteSamplingRule(deps),
      GetSamplingRules: getSamplingRules(deps),
      GetSamplingTargets: getSamplingTargets(deps),
      GetServiceGraph: getServiceGraph(deps),
      GetTraceGraph: getTraceGraph(deps),
      GetTraceSummaries: getTraceSummaries(deps),
      ListTagsForResource: listTagsForResource(deps),
      PutTelemetryRecords: putTelemetryRecords(),
      PutTraceSegments: putTraceSegments(deps),
      TagResource: tagResource(deps),
      UntagResource: untagResource(deps),
      UpdateSamplingRule: updateSamplingRule(deps),
    },
  };
}

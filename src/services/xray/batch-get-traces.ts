import type { BatchGetTracesRequest, BatchGetTracesResult } from '@aws-sdk/client-xray';
import type { OperationHandler } from '../../aws/service.ts';
import { traceIdOf } from './segments/segment-document.ts';
import { readTraces } from './traces/read-traces.ts';
import { rounded } from './traces/trace-summary.ts';
import type { XrayDependencies } from './xray-dependencies.ts';

/** Traces of which nothing is known are left out. All come at once, so no token leads anywhere. */
export function batchGetTraces(
  deps: XrayDependencies,
): OperationHandler<BatchGetTracesRequest, BatchGetTracesResult> {
  return async ({ TraceIds = [] }, context) => {
    const ids = TraceIds.flatMap((id) => traceIdOf(id) ?? []);
    const traces = await readTraces(deps, context, [...new Set(ids)]);
    return {
      Traces: traces.map((trace) => ({
        Id: trace.id,
        Duration: rounded(trace.endTime - trace.startTime),
        LimitExceeded: trace.limitExceeded,
        Segments: trace.segments.map((segment) => ({ Id: segment.id, Document: JSON.stringify(segment) })),
      })),
      UnprocessedTraceIds: TraceIds.filter((id) => traceIdOf(id) === undefined),
    };
  };
}

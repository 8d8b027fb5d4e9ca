import type { GetTraceGraphRequest, GetTraceGraphResult } from '@aws-sdk/client-xray';
import type { OperationHandler } from '../../aws/service.ts';
import { traceIdOf } from './segments/segment-document.ts';
import { readTraces } from './traces/read-traces.ts';
import { ServiceGraph } from './traces/service-graph.ts';
import type { XrayDependencies } from './xray-dependencies.ts';
import { invalidRequest } from './xray-errors.ts';

/** All of it at once: no token leads anywhere. */
export function getTraceGraph(
  deps: XrayDependencies,
): OperationHandler<GetTraceGraphRequest, GetTraceGraphResult> {
  return async ({ TraceIds = [] }, context) => {
    const ids = TraceIds.map((id) => {
      const traceId = traceIdOf(id);
      if (traceId === undefined) throw invalidRequest(`${id} is no trace ID.`);
      return traceId;
    });
    const graph = new ServiceGraph();
    for (const trace of await readTraces(deps, context, [...new Set(ids)])) graph.add(trace);
    return { Services: graph.services() };
  };
}

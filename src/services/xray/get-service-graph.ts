import type { GetServiceGraphRequest, GetServiceGraphResult } from '@aws-sdk/client-xray';
import type { OperationHandler } from '../../aws/service.ts';
import { findTraces, traceRange } from './traces/find-traces.ts';
import { ServiceGraph } from './traces/service-graph.ts';
import type { XrayDependencies } from './xray-dependencies.ts';
import { invalidRequest, notBuilt } from './xray-errors.ts';

/** A graph of more would keep everybody else waiting. */
const MOST_TRACES = 5_000;

/** All of it at once: no token leads anywhere. */
export function getServiceGraph(
  deps: XrayDependencies,
): OperationHandler<GetServiceGraphRequest, GetServiceGraphResult> {
  return async ({ StartTime, EndTime, GroupName, GroupARN }, context) => {
    if (GroupARN !== undefined) throw notBuilt('GroupARN');
    if (GroupName !== undefined && GroupName !== 'Default') throw notBuilt(`GroupName ${GroupName}`);
    const range = traceRange(StartTime, EndTime);
    const graph = new ServiceGraph();
    let token: string | undefined;
    let count = 0;
    do {
      const { traces, nextToken } = await findTraces(deps, context, range, token);
      count += traces.length;
      if (count > MOST_TRACES)
        throw invalidRequest(`There are more than ${MOST_TRACES} traces: ask for a shorter period.`);
      for (const trace of traces) graph.add(trace);
      token = nextToken;
    } while (token !== undefined);
    return { StartTime, EndTime, Services: graph.services(), ContainsOldGroupVersions: false };
  };
}

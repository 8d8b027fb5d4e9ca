import type { GetTraceSummariesRequest, GetTraceSummariesResult } from '@aws-sdk/client-xray';
import type { OperationHandler } from '../../aws/service.ts';
import { matchesFilter } from './filter/matches-filter.ts';
import { parseFilter } from './filter/parse-filter.ts';
import { findTraces, traceRange } from './traces/find-traces.ts';
import { traceSummary } from './traces/trace-summary.ts';
import type { XrayDependencies } from './xray-dependencies.ts';
import { notBuilt } from './xray-errors.ts';

/** A page is of traces looked at: with a filter it may hold none and still have others behind it. */
export function getTraceSummaries(
  deps: XrayDependencies,
): OperationHandler<GetTraceSummariesRequest, GetTraceSummariesResult> {
  return async (input, context) => {
    if (input.Sampling === true) throw notBuilt('Sampling');
    if (input.SamplingStrategy !== undefined) throw notBuilt('SamplingStrategy');
    const range = traceRange(input.StartTime, input.EndTime, input.TimeRangeType);
    const filter = input.FilterExpression?.trim() ? parseFilter(input.FilterExpression) : undefined;
    const { traces, nextToken } = await findTraces(deps, context, range, input.NextToken);
    const matching = traces.filter((trace) => filter === undefined || matchesFilter(filter, trace));
    return {
      TraceSummaries: matching.map(traceSummary),
      ApproximateTime: new Date(deps.clock.now()),
      TracesProcessedCount: traces.length,
      ...(nextToken !== undefined && { NextToken: nextToken }),
    };
  };
}

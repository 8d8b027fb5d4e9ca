import type { PutTraceSegmentsRequest, PutTraceSegmentsResult } from '@aws-sdk/client-xray';
import type { OperationHandler } from '../../aws/service.ts';
import { isProblem, readSegment } from './segments/segment-document.ts';
import type { XrayDependencies } from './xray-dependencies.ts';

/** Keeps what can be kept, and names the rest. */
export function putTraceSegments({
  journal,
}: XrayDependencies): OperationHandler<PutTraceSegmentsRequest, PutTraceSegmentsResult> {
  return async ({ TraceSegmentDocuments = [] }, context) => {
    const read = TraceSegmentDocuments.map(readSegment);
    await journal.add(
      context,
      read.flatMap((segment) => (isProblem(segment) ? [] : [segment])),
    );
    return {
      UnprocessedTraceSegments: read.filter(isProblem).map(({ id, problem }) => ({
        ...(id !== undefined && { Id: id }),
        ErrorCode: problem,
        Message: `Invalid segment. ErrorCode: ${problem}`,
      })),
    };
  };
}

import { PutTraceSegmentsCommand, type XRayClient } from '@aws-sdk/client-xray';
import { newSegmentId, newTraceId } from '../../support/xray.ts';

/** A segment of a second's length that has just ended, with whatever else it shall have. */
export function segment(more: Readonly<Record<string, unknown>> = {}) {
  const now = Date.now() / 1000;
  return {
    id: newSegmentId(),
    trace_id: newTraceId(),
    name: 'shop',
    start_time: now - 1,
    end_time: now,
    ...more,
  };
}

export async function put(xray: XRayClient, ...segments: readonly object[]) {
  const TraceSegmentDocuments = segments.map((one) => JSON.stringify(one));
  return await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }));
}

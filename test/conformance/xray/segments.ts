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

/** A trace of a shop that asks a stock, which fails, and a table, which does not. */
export function shopAndStock() {
  const trace_id = newTraceId();
  const start_time = Date.now() / 1000 - 1;
  const call = { id: newSegmentId(), name: 'stock', namespace: 'remote', start_time, end_time: start_time };
  const query = {
    id: newSegmentId(),
    name: 'DynamoDB',
    namespace: 'aws',
    start_time,
    end_time: start_time + 0.25,
    aws: { operation: 'Query', table_name: 'orders' },
  };
  const shop = segment({
    trace_id,
    start_time,
    end_time: start_time + 1,
    origin: 'AWS::EC2::Instance',
    subsegments: [call, query],
  });
  // It began at the same moment.
  const stock = segment({
    id: `0${newSegmentId().slice(1)}`,
    trace_id,
    name: 'stock',
    parent_id: call.id,
    start_time,
    fault: true,
  });
  return { trace_id, segments: [shop, stock] };
}

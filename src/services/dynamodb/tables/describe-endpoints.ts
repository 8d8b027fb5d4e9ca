import type { DescribeEndpointsRequest, DescribeEndpointsResponse } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';

/** A day, as AWS says it. */
const CACHE_MINUTES = 1_440;

/** Where the request came to: there is no better place. */
export function describeEndpoints(): OperationHandler<DescribeEndpointsRequest, DescribeEndpointsResponse> {
  return (_, context) => ({
    Endpoints: [{ Address: new URL(context.origin).host, CachePeriodInMinutes: CACHE_MINUTES }],
  });
}

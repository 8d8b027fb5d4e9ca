import type { PutTelemetryRecordsRequest, PutTelemetryRecordsResult } from '@aws-sdk/client-xray';
import type { OperationHandler } from '../../aws/service.ts';

/** How a daemon is doing. No operation of X-Ray's shows it to anybody. */
export function putTelemetryRecords(): OperationHandler<
  PutTelemetryRecordsRequest,
  PutTelemetryRecordsResult
> {
  return () => ({});
}

import type { ServiceError } from '../../model/service-error.ts';
import type { ServiceModel } from '../schema/service-model.ts';

/** Errors of every service, which no model lists: services that left the query protocol gave them longer names. */
const COMMON_CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  InvalidParameterValueException: 'InvalidParameterValue',
  MissingRequiredParameterException: 'MissingParameter',
};

/** An error's code in the query protocol: older than its shape's name, e.g. `AWS.SimpleQueueService.NonExistentQueue`. */
export function queryCode(service: ServiceModel | undefined, error: ServiceError): string {
  const shape = service?.error(error.code);
  if (shape === undefined && service?.json.queryCompatible === true)
    return COMMON_CODES[error.code] ?? error.code;
  return shape?.traits.awsQueryError?.[0] ?? error.code;
}

export function queryFault(status: number): 'Sender' | 'Receiver' {
  return status < 500 ? 'Sender' : 'Receiver';
}

/**
 * What services that used to speak the query protocol add to errors in their newer ones, so that clients still find
 * the code they know: `code;Sender`.
 */
export function addQueryError(
  headers: Record<string, string>,
  service: ServiceModel | undefined,
  error: ServiceError,
  status: number,
): void {
  if (service?.json.queryCompatible !== true) return;
  headers['x-amzn-query-error'] = `${queryCode(service, error)};${queryFault(status)}`;
}

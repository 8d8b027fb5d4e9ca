import { ServiceError } from '../../model/service-error.ts';

/*
 * Codes are those of the JSON protocol; the wire layer turns them into the older ones that query clients know
 * (`AWS.SimpleQueueService.NonExistentQueue`, `InvalidParameterValue`).
 */

export function invalidParameterValue(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', message);
}

/** `Value <value> for parameter <name> is invalid. Reason: <reason>` */
export function badValue(value: unknown, parameter: string, reason: string): ServiceError {
  return invalidParameterValue(
    `Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );
}

export function missingParameter(name: string): ServiceError {
  return new ServiceError(
    'MissingRequiredParameterException',
    `The request must contain the parameter ${name}.`,
  );
}

export function unknownAttribute(name: string): ServiceError {
  return new ServiceError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

export function invalidAttributeValue(name: string, reason?: string): ServiceError {
  const why = reason === undefined ? '' : ` Reason: ${reason}`;
  return new ServiceError('InvalidAttributeValue', `Invalid value for the parameter ${name}.${why}`);
}

export function queueDoesNotExist(): ServiceError {
  return new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
}

export function receiptHandleIsInvalid(handle: string): ServiceError {
  return new ServiceError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
  );
}

export function receiptHandleExpired(handle: string): ServiceError {
  return badValue(handle, 'ReceiptHandle', 'The receipt handle has expired.');
}

export function notInFlight(): ServiceError {
  return new ServiceError('MessageNotInflight', "The specified message isn't in flight.");
}

export function overLimit(message: string): ServiceError {
  return new ServiceError('OverLimit', message, 403);
}

export function requestThrottled(): ServiceError {
  return new ServiceError(
    'RequestThrottled',
    'The request was denied due to request throttling: it exceeds the transaction limit of the queue or message group.',
    403,
  );
}

export function resourceNotFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, 404);
}

export function unsupported(message: string): ServiceError {
  return new ServiceError('UnsupportedOperation', message);
}

export function accessDenied(message: string): ServiceError {
  return new ServiceError('AccessDeniedException', message, 403);
}

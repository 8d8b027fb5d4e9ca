import { ServiceError } from '../../model/service-error.ts';

/** 403 */
export function accessDenied(message: string): ServiceError {
  return new ServiceError('AccessDenied', message, 403);
}

/** 400 */
export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationError', message, 400);
}

/** 400 */
export function malformedPolicy(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocumentException', message, 400);
}

/** 400 */
export function packedPolicyTooLarge(percent: number): ServiceError {
  return new ServiceError(
    'PackedPolicyTooLargeException',
    `Packed size of session tags consumes ${percent}% of allotted space.`,
    400,
  );
}

/** 400, for what STS has and Lambent has not built. */
export function notBuilt(what: string): ServiceError {
  return validationError(`Lambent does not implement ${what} yet.`);
}

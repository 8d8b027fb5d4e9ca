import { ServiceError } from './service-error.ts';

/**
 * Lambda's modelled errors, ready to throw. `Type` says whose fault it is and is part of nearly every Lambda error
 * body; the HTTP status comes from the service model, `status` here only repeats it for those who read the error.
 */

/** Why a 429 was given. */
export type ThrottleReason =
  | 'ConcurrentInvocationLimitExceeded'
  | 'FunctionInvocationRateLimitExceeded'
  | 'ReservedFunctionConcurrentInvocationLimitExceeded'
  | 'ReservedFunctionInvocationRateLimitExceeded'
  | 'CallerRateLimitExceeded'
  | 'ConcurrentSnapshotCreateLimitExceeded';

const USER = { Type: 'User' } as const;

/** 404 */
export function resourceNotFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, 404, USER);
}

/** 404 */
export function functionNotFound(arn: string): ServiceError {
  return resourceNotFound(`Function not found: ${arn}`);
}

/** 400 */
export function invalidParameterValue(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', message, 400, USER);
}

/** 400: an invocation without a tenant's id for a function with tenant isolation, or with one for another function. */
export function wrongTenancy(isPerTenant: boolean): ServiceError {
  return invalidParameterValue(
    isPerTenant
      ? 'The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.'
      : 'The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request and try again.',
  );
}

/** 400, for what Lambda has and Lambent has not built: refused rather than stored and ignored. */
export function notImplementedYet(what: string): ServiceError {
  return invalidParameterValue(`${what} is not implemented by Lambent yet.`);
}

/** 400: the packages of an account in a Region take more than they may. */
export function codeStorageExceeded(): ServiceError {
  return new ServiceError('CodeStorageExceededException', 'Code storage limit exceeded.', 400, USER);
}

/** 500: our fault, not the caller's. */
export function serviceException(message: string): ServiceError {
  return new ServiceError('ServiceException', message, 500, { Type: 'Service' });
}

/** 500: what ran, or was to run, in an environment that is gone. */
export function environmentRemoved(): ServiceError {
  return serviceException('The execution environment was removed.');
}

/** 409 */
export function resourceConflict(message: string): ServiceError {
  return new ServiceError('ResourceConflictException', message, 409, USER);
}

/** 400: the resource is between two states. */
export function resourceInUse(message: string): ServiceError {
  return new ServiceError('ResourceInUseException', message, 400, USER);
}

/** 409: the version is being initialised. */
export function snapStartNotReady(): ServiceError {
  const message =
    'Lambda is initializing your function. It will be ready to invoke once your function state becomes ACTIVE.';
  return new ServiceError('SnapStartNotReadyException', message, 409, snapStartMembers(message));
}

/** 408: after-restore hooks took longer than they may. */
export function snapStartTimeout(): ServiceError {
  const message = "Lambda couldn't restore the snapshot within the timeout limit.";
  return new ServiceError('SnapStartTimeoutException', message, 408, snapStartMembers(message));
}

/** 400: an after-restore hook, or the initialisation before it, failed. */
export function snapStartFailed(what: string): ServiceError {
  const message = `${what} encountered an error. For more information, check the Amazon CloudWatch logs.`;
  return new ServiceError('SnapStartException', message, 400, snapStartMembers(message));
}

/** Their bodies spell `Message` so. */
function snapStartMembers(message: string) {
  return { Type: 'User', Message: message } as const;
}

/** 412 */
export function preconditionFailed(message: string): ServiceError {
  return new ServiceError('PreconditionFailedException', message, 412, USER);
}

/** 400 */
export function policyLengthExceeded(message: string): ServiceError {
  return new ServiceError('PolicyLengthExceededException', message, 400, USER);
}

/** 400: it would let in anybody, which the operator does not want. */
export function publicPolicy(): ServiceError {
  const message =
    'Lambda prevented your policy from being created because it would grant public access to your function.';
  return new ServiceError('PublicPolicyException', message, 400, USER);
}

/** Seconds after which a throttled caller may as well try again; all limits here refill or empty within one. */
const RETRY_AFTER = '1';

/** 429, with `Retry-After` */
export function tooManyRequests(reason: ThrottleReason, message = 'Rate Exceeded.'): ServiceError {
  const members = { Type: 'User', Reason: reason, retryAfterSeconds: RETRY_AFTER };
  return new ServiceError('TooManyRequestsException', message, 429, members);
}

/** 413: a deployment package above the limit. Not a modelled shape, so it carries no `Type`. */
export function requestEntityTooLarge(message: string): ServiceError {
  return new ServiceError('RequestEntityTooLargeException', message, 413);
}

/** 413: the payload of an invoke is above the limit. */
export function requestTooLarge(limitBytes: number, operation: string): ServiceError {
  const message = `Request must be smaller than ${limitBytes} bytes for the ${operation} operation`;
  return new ServiceError('RequestTooLargeException', message, 413, USER);
}

/** 413: the payload of an invoke that is not waited for is above its own, lower limit. */
export function eventTooLarge(bytes: number, limitBytes: number): ServiceError {
  const message = `${bytes} byte payload is too large for the Event invocation type (limit ${limitBytes} bytes)`;
  return new ServiceError('RequestTooLargeException', message, 413, USER);
}

/** 400: the body of a request, or the payload or a header of an invoke, cannot be read. */
export function invalidRequestContent(message: string): ServiceError {
  return new ServiceError('InvalidRequestContentException', message, 400, USER);
}

/** 400: a constraint of the model that is checked here rather than on the wire. No `Type`. */
export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationException', message, 400);
}

/** 403, no `Type`. */
export function accessDenied(message: string): ServiceError {
  return new ServiceError('AccessDeniedException', message, 403);
}

/** 400: the invocation would go on in a loop between functions. */
export function recursiveInvocation(): ServiceError {
  return new ServiceError(
    'RecursiveInvocationException',
    "Lambda has detected your function being invoked in a recursive loop with other AWS services and stopped your function's invocation.",
    400,
    USER,
  );
}

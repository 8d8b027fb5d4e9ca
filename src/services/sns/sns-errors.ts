import { ServiceError } from '../../model/service-error.ts';

/* Codes are the shapes' names; the wire layer turns them into those of the query protocol (`InvalidParameter`). */

/** `Invalid parameter: <what>` */
export function invalidParameter(what: string): ServiceError {
  return new ServiceError('InvalidParameterException', `Invalid parameter: ${what}`);
}

export function badToken(): ServiceError {
  return invalidParameter('NextToken');
}

/** `Invalid parameter: <name> Reason: <why>` */
export function badParameter(name: string, why: string): ServiceError {
  return invalidParameter(`${name} Reason: ${why}`);
}

/** What is not built is refused by name. */
export function notBuilt(name: string, what: string): ServiceError {
  return badParameter(name, `Lambent does not implement ${what} yet.`);
}

export function topicDoesNotExist(): ServiceError {
  return new ServiceError('NotFoundException', 'Topic does not exist', 404);
}

export function subscriptionDoesNotExist(): ServiceError {
  return new ServiceError('NotFoundException', 'Subscription does not exist', 404);
}

export function resourceDoesNotExist(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'Resource does not exist', 404);
}

export function notAuthorized(message: string): ServiceError {
  return new ServiceError('AuthorizationErrorException', message, 403);
}

import { ServiceError } from '../../model/service-error.ts';

/** What DynamoDB answers to nearly everything that is wrong with a request. */
export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

/** `One or more parameter values were invalid: <what>` */
export function invalidParameter(what: string): ServiceError {
  return validation(`One or more parameter values were invalid: ${what}`);
}

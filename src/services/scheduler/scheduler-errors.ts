import { ServiceError } from '../../model/service-error.ts';

export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

export function badToken(): ServiceError {
  return validation('The NextToken is not valid.');
}

/** What is not built is refused by name. */
export function notBuilt(what: string): ServiceError {
  return validation(`Lambent does not implement ${what} yet.`);
}

export function scheduleDoesNotExist(name: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Schedule ${name} does not exist.`);
}

export function groupDoesNotExist(name: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Schedule group ${name} does not exist.`);
}

/** A token stands for one request. */
export function repeatedDifferently(): ServiceError {
  const message = 'The ClientToken was used for another request a short while ago.';
  return new ServiceError('ConflictException', message);
}

export function conflict(what: string): ServiceError {
  return new ServiceError('ConflictException', `${what} already exists.`);
}

import { ServiceError } from '../../model/service-error.ts';

export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

export function notBuilt(what: string): ServiceError {
  return validation(`${what} is not implemented by Lambent yet.`);
}

export function objectNotFound(message: string): ServiceError {
  return new ServiceError('ObjectNotFoundException', message);
}

export function limitExceeded(message: string): ServiceError {
  return new ServiceError('LimitExceededException', message);
}

export function invalidNextToken(): ServiceError {
  return new ServiceError('InvalidNextTokenException', 'The specified next token is not valid.');
}

import { ServiceError } from '../../model/service-error.ts';

export function invalidRequest(message: string): ServiceError {
  return new ServiceError('InvalidRequestException', message, 400);
}

export function notBuilt(what: string): ServiceError {
  return invalidRequest(`${what} is not implemented by Lambent yet.`);
}

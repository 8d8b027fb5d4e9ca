import { ServiceError } from '../../model/service-error.ts';

export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

export function notBuilt(parameter: string): ServiceError {
  return invalidParameter(`Lambent does not implement ${parameter} yet.`);
}

export function groupNotFound(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.');
}

export function streamNotFound(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'The specified log stream does not exist.');
}

export function groupExists(): ServiceError {
  return new ServiceError('ResourceAlreadyExistsException', 'The specified log group already exists');
}

export function streamExists(): ServiceError {
  return new ServiceError('ResourceAlreadyExistsException', 'The specified log stream already exists');
}

export function invalidToken(): ServiceError {
  return invalidParameter('The specified nextToken is invalid.');
}

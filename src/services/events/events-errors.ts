import { ServiceError } from '../../model/service-error.ts';

export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

/** `Parameter <name> is not valid. Reason: <why>` */
export function badParameter(name: string, why?: string): ServiceError {
  return validation(`Parameter ${name} is not valid.${why === undefined ? '' : ` Reason: ${why}`}`);
}

export function badToken(): ServiceError {
  return badParameter('NextToken');
}

/** What is not built is refused by name. */
export function notBuilt(name: string): ServiceError {
  return validation(`Lambent does not implement ${name} yet.`);
}

export function invalidPattern(reason: string): ServiceError {
  return new ServiceError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}

export function busDoesNotExist(name: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
}

export function ruleDoesNotExist(rule: string, bus: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Rule ${rule} does not exist on EventBus ${bus}.`);
}

export function alreadyExists(what: string): ServiceError {
  return new ServiceError('ResourceAlreadyExistsException', `${what} already exists.`);
}

export function limitExceeded(message: string): ServiceError {
  return new ServiceError('LimitExceededException', message);
}

export function accessDenied(message: string): ServiceError {
  return new ServiceError('AccessDeniedException', message);
}

export function archiveDoesNotExist(name: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Archive ${name} does not exist.`);
}

export function replayDoesNotExist(name: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Replay ${name} does not exist.`);
}

export function illegalStatus(what: string): ServiceError {
  return new ServiceError('IllegalStatusException', `${what} is not in a valid state for this operation.`);
}

import type { IdentityKind } from '../../model/identity/stored-identity.ts';
import { ServiceError } from '../../model/service-error.ts';

const KIND: Readonly<Record<IdentityKind, string>> = {
  user: 'user',
  group: 'group',
  role: 'role',
  policy: 'policy',
  'instance-profile': 'Instance Profile',
};

/** 404 */
export function noSuchEntity(message: string): ServiceError {
  return new ServiceError('NoSuchEntityException', message, 404);
}

export function notFound(kind: IdentityKind, name: string): ServiceError {
  if (kind === 'instance-profile') return noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return noSuchEntity(`The ${KIND[kind]} with name ${name} cannot be found.`);
}

export function policyNotFound(arn: string): ServiceError {
  return noSuchEntity(`Policy ${arn} was not found.`);
}

/** 409 */
export function alreadyExists(kind: IdentityKind, name: string): ServiceError {
  return new ServiceError('EntityAlreadyExistsException', existsMessage(kind, name), 409);
}

function existsMessage(kind: IdentityKind, name: string): string {
  if (kind === 'policy') return `A policy called ${name} already exists. Duplicate names are not allowed.`;
  if (kind === 'instance-profile') return `Instance Profile ${name} already exists.`;
  return `${kind[0]?.toUpperCase() ?? ''}${kind.slice(1)} with name ${name} already exists.`;
}

/** 409 */
export function deleteConflict(message: string): ServiceError {
  return new ServiceError('DeleteConflictException', message, 409);
}

/** 409 */
export function limitExceeded(message: string): ServiceError {
  return new ServiceError('LimitExceededException', message, 409);
}

/** 400 */
export function malformedPolicy(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocumentException', message, 400);
}

/** 400 */
export function invalidInput(message: string): ServiceError {
  return new ServiceError('InvalidInputException', message, 400);
}

/** 400: of the wire's own checks, and of others that read like them. */
export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationError', message, 400);
}

/** 400, for what IAM has and Lambent has not built: refused rather than stored and ignored. */
export function notBuilt(what: string): ServiceError {
  return invalidInput(`Lambent does not implement ${what} yet.`);
}

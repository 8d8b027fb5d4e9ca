import type { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';

/** A statement that cannot be read at all; DynamoDB does not always say what is wrong with it. */
export function notWellFormed(detail = ''): ServiceError {
  return validation(`Statement wasn't well formed, can't be processed: ${detail}`);
}

/** `<what> at <line>:<column>:<length>`: what can be read but is none of DynamoDB's dialect. */
export function unsupportedAt(what: string, at: string): ServiceError {
  return validation(`${what} at ${at}`);
}

import { ServiceError } from '../../model/service-error.ts';

/** What DynamoDB answers to nearly everything that is wrong with a request. */
export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

/** A key does not fit the schema of its table or index: to a transaction a reason to cancel, else as any ValidationException. */
export class SchemaMismatch extends ServiceError {
  constructor(message: string) {
    super('ValidationException', message);
  }
}

/** `One or more parameter values were invalid: <what>` */
export function invalidParameter(what: string): ServiceError {
  return validation(`One or more parameter values were invalid: ${what}`);
}

import { invalidParameterValue, resourceNotFound } from '../../../model/lambda-errors.ts';

/**
 * What AWS says of executions, tokens and callbacks it does not know (texts: AWS's own local runner for durable
 * functions). There can be none here: no durable function can be created yet.
 */

/** 404 */
export function executionNotFound(): Error {
  return resourceNotFound('Durable Execution does not exist');
}

/** 400: of operations that prove their right by a checkpoint token, whether there is an execution is nobody's business. */
export function unknownCheckpointToken(): Error {
  return invalidParameterValue('Invalid checkpoint token');
}

/** 400 */
export function unknownCallback(): Error {
  return invalidParameterValue('Invalid callback id');
}

import type { Refusal } from '../../support/lambda-requests.ts';

/** An ARN in the right form that leads nowhere. */
export const NO_EXECUTION =
  'arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST/durable-execution/name/6f0a7c1e-0000-4000-8000-000000000000';

/** Base64, as tokens and callback ids are. */
export const NO_TOKEN = 'bm9ib2R5J3M=';

export const EXECUTION_NOT_FOUND: Refusal = {
  name: 'ResourceNotFoundException',
  message: 'Durable Execution does not exist',
  status: 404,
  type: 'User',
};

export function invalid(message: string): Refusal {
  return { name: 'InvalidParameterValueException', message, status: 400, type: 'User' };
}

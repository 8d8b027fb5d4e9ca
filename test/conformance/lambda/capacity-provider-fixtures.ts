import { expect } from 'vitest';
import type { Refusal } from '../../support/lambda-requests.ts';

/** The only capacity provider there is: the machine itself. */
export const MACHINE = 'arn:aws:lambda:us-east-1:000000000000:capacity-provider:machine';

/** A function that runs there, as CreateFunction takes it. */
export const ON_MACHINE = {
  MemorySize: 2048,
  CapacityProviderConfig: {
    LambdaManagedInstancesCapacityProviderConfig: {
      CapacityProviderArn: MACHINE,
      PerExecutionEnvironmentMaxConcurrency: 2,
    },
  },
};

/** What is answered for a capacity provider that is not there. */
export function notFound(name: string): Refusal {
  return {
    name: 'ResourceNotFoundException',
    message: `Capacity provider not found: arn:aws:lambda:us-east-1:000000000000:capacity-provider:${name}`,
    status: 404,
    type: 'User',
  };
}

/** What is answered for a function that has no capacity provider. */
export const DEFAULT_FUNCTION = {
  name: 'InvalidParameterValueException',
  message: "FunctionScalingConfig isn't supported for Lambda Default functions.",
  status: 400,
  type: 'User',
};

export const INVALID = {
  name: 'ValidationException',
  status: 400,
  type: undefined,
  message: expect.any(String),
};

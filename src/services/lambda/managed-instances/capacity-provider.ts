import type { Caller } from '../../../model/function-reference.ts';
import { resourceNotFound } from '../../../model/lambda-errors.ts';
import { partitionOf } from '../../../model/stored-function.ts';

/**
 * 404 for a capacity provider, named by its name or ARN. There can be none: nothing here makes them.
 * @param name as the wire layer has checked it
 */
export function capacityProviderNotFound(name: string, { accountId, region }: Caller): Error {
  const arn = `arn:${partitionOf(region)}:lambda:${region}:${accountId}:capacity-provider:${name}`;
  return resourceNotFound(`Capacity provider not found: ${name.startsWith('arn:') ? name : arn}`);
}

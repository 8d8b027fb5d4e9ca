import type { CreateCapacityProviderRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { notImplementedYet } from '../../../model/lambda-errors.ts';
import { checkTags } from '../tags/tag-rules.ts';

export function createCapacityProvider(): OperationHandler<CreateCapacityProviderRequest, never> {
  return (input) => {
    checkTags(input.Tags ?? {});
    throw notImplementedYet('CreateCapacityProvider: running functions on managed instances');
  };
}

import type { CreateCapacityProviderRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { notImplementedYet, resourceConflict } from '../../../model/lambda-errors.ts';
import { checkTags } from '../tags/tag-rules.ts';
import { isMachine, machineProviderArn } from './capacity-provider.ts';

export function createCapacityProvider(): OperationHandler<CreateCapacityProviderRequest, never> {
  return (input, context) => {
    checkTags(input.Tags ?? {});
    if (isMachine(input.CapacityProviderName ?? '', context))
      throw resourceConflict(`Capacity provider already exists: ${machineProviderArn(context)}`);
    throw notImplementedYet('CreateCapacityProvider: running functions on managed instances');
  };
}

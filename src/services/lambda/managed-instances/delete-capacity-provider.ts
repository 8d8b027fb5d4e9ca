import type { DeleteCapacityProviderRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { notImplementedYet, resourceConflict } from '../../../model/lambda-errors.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { capacityProviderNotFound, isMachine, machineProviderArn } from './capacity-provider.ts';
import { versionsOnMachine } from './versions-on-machine.ts';

/** Nothing can be deleted: the machine stays, whether functions run on it or not. */
export function deleteCapacityProvider(
  deps: LambdaDependencies,
): OperationHandler<DeleteCapacityProviderRequest, never> {
  return async (input, context) => {
    const name = input.CapacityProviderName ?? '';
    if (!isMachine(name, context)) throw capacityProviderNotFound(name, context);
    const [user] = await versionsOnMachine(deps.store.db, context);
    if (user === undefined) throw notImplementedYet('DeleteCapacityProvider: the machine without itself');
    throw resourceConflict(
      `The capacity provider ${machineProviderArn(context)} is in use by function versions, such as ${user.FunctionArn}.`,
    );
  };
}

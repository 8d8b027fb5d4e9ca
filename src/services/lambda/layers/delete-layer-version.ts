import type { DeleteLayerVersionRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkOwnLayerVersion } from './layer-access.ts';
import { checkVersionNumber, parseLayerName } from './layer-reference.ts';
import { deleteLayerVersionRow } from './layer-rows.ts';

export function deleteLayerVersion(
  deps: LambdaDependencies,
): OperationHandler<DeleteLayerVersionRequest, Record<string, never>> {
  return async (input, context) => {
    const version = checkVersionNumber(input.VersionNumber);
    const key = { ...parseLayerName(input.LayerName ?? '', context), version };
    checkOwnLayerVersion(context, key, 'DeleteLayerVersion');
    // A layer of another Region is as little there as one that was never published: both are no error.
    if (key.region === context.region) await deleteLayerVersionRow(deps.store, key);
    return {};
  };
}

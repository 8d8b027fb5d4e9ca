import type { PublishLayerVersionRequest, PublishLayerVersionResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { StoredLayerVersion } from '../../../model/stored-layer.ts';
import { receivePackage, storePackage } from '../functions/code-package.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkOwnLayer } from './layer-access.ts';
import { layerVersionOutput } from './layer-output.ts';
import { layerNotFound, parseLayerName } from './layer-reference.ts';
import { insertLayerVersion } from './layer-rows.ts';

export function publishLayerVersion(
  deps: LambdaDependencies,
): OperationHandler<PublishLayerVersionRequest, PublishLayerVersionResponse> {
  return async (input, context) => {
    const key = parseLayerName(input.LayerName ?? '', context);
    checkOwnLayer(context, key, 'PublishLayerVersion');
    if (key.region !== context.region) throw layerNotFound();
    const received = await receivePackage(deps, input.Content ?? {}, { region: key.region, context });
    const draft: Omit<StoredLayerVersion, 'version'> = {
      ...key,
      description: input.Description ?? '',
      ...(input.CompatibleRuntimes && { compatibleRuntimes: input.CompatibleRuntimes }),
      ...(input.CompatibleArchitectures && { compatibleArchitectures: input.CompatibleArchitectures }),
      ...(input.LicenseInfo !== undefined && { licenseInfo: input.LicenseInfo }),
      ...(await storePackage(deps.store.blobs, received)),
      createdAtMs: deps.clock.now(),
    };
    const stored = await insertLayerVersion(deps.store, draft, deps.codeStorageLimitBytes);
    return layerVersionOutput(stored, deps.codeLocation(context.origin, stored));
  };
}

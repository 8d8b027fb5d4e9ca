import type { GetLayerVersionRequest, GetLayerVersionResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkReadableLayerVersion } from './layer-access.ts';
import { layerVersionOutput } from './layer-output.ts';
import {
  checkVersionNumber,
  layerNotFound,
  type LayerVersionKey,
  parseLayerName,
} from './layer-reference.ts';
import { findLayerVersion } from './layer-rows.ts';

export function getLayerVersion(
  deps: LambdaDependencies,
): OperationHandler<GetLayerVersionRequest, GetLayerVersionResponse> {
  return async (input, context) => {
    const version = checkVersionNumber(input.VersionNumber);
    return await readLayerVersion(deps, context, {
      ...parseLayerName(input.LayerName ?? '', context),
      version,
    });
  };
}

/** The answer of both operations that get a layer version. Throws 404, or 403 for other accounts' layers. */
export async function readLayerVersion(
  deps: LambdaDependencies,
  context: RequestContext,
  key: LayerVersionKey,
): Promise<GetLayerVersionResponse> {
  await checkReadableLayerVersion(deps.store.db, context, key);
  const stored = key.region === context.region ? await findLayerVersion(deps.store.db, key) : undefined;
  if (stored === undefined) throw layerNotFound();
  return layerVersionOutput(stored, deps.codeLocation(context.origin, stored));
}

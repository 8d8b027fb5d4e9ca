import type { GetLayerVersionByArnRequest, GetLayerVersionResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { readLayerVersion } from './get-layer-version.ts';
import { checkVersionNumber, layerNotFound, parseLayerVersionArn } from './layer-reference.ts';

export function getLayerVersionByArn(
  deps: LambdaDependencies,
): OperationHandler<GetLayerVersionByArnRequest, GetLayerVersionResponse> {
  return async (input, context) => {
    const key = parseLayerVersionArn(input.Arn ?? '');
    if (key === undefined) throw layerNotFound();
    checkVersionNumber(key.version);
    return await readLayerVersion(deps, context, key);
  };
}

import type { GetLayerVersionPolicyRequest, GetLayerVersionPolicyResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { layerVersionArn } from '../../../model/stored-layer.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { findPolicy } from '../permissions/policy-rows.ts';
import { checkOwnLayerVersion } from './layer-access.ts';
import { noLayerPolicy, requireLayerVersion } from './layer-policy.ts';
import { checkVersionNumber, parseLayerName } from './layer-reference.ts';

export function getLayerVersionPolicy(
  deps: LambdaDependencies,
): OperationHandler<GetLayerVersionPolicyRequest, GetLayerVersionPolicyResponse> {
  return async (input, context) => {
    const version = checkVersionNumber(input.VersionNumber);
    const key = { ...parseLayerName(input.LayerName ?? '', context), version };
    checkOwnLayerVersion(context, key, 'GetLayerVersionPolicy');
    await requireLayerVersion(deps.store.db, key, context);
    const stored = await findPolicy(deps.store.db, layerVersionArn(key, version));
    if (stored === undefined) throw noLayerPolicy();
    return { Policy: stored.text, RevisionId: stored.revisionId };
  };
}

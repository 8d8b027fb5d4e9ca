import type { RemoveLayerVersionPermissionRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { layerVersionArn } from '../../../model/stored-layer.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { changePolicy } from '../permissions/policy-rows.ts';
import { checkPolicyRevision } from '../permissions/policy-rules.ts';
import { withoutStatement } from '../permissions/policy-statements.ts';
import { checkOwnLayerVersion } from './layer-access.ts';
import { noLayerPolicy, requireLayerVersion } from './layer-policy.ts';
import { checkVersionNumber, parseLayerName } from './layer-reference.ts';

export function removeLayerVersionPermission(
  deps: LambdaDependencies,
): OperationHandler<RemoveLayerVersionPermissionRequest, Record<string, never>> {
  return async (input, context) => {
    const version = checkVersionNumber(input.VersionNumber);
    const key = { ...parseLayerName(input.LayerName ?? '', context), version };
    checkOwnLayerVersion(context, key, 'RemoveLayerVersionPermission');
    await changePolicy(deps.store, layerVersionArn(key, key.version), async (before, tx) => {
      await requireLayerVersion(tx, key, context);
      if (before === undefined) throw noLayerPolicy();
      checkPolicyRevision(before, input.RevisionId, 'GetLayerPolicy');
      return withoutStatement(before.document, input.StatementId ?? '');
    });
    return {};
  };
}

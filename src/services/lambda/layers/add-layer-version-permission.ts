import type {
  AddLayerVersionPermissionRequest,
  AddLayerVersionPermissionResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { PolicyStatement } from '../../../model/policy/policy-document.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import { layerVersionArn } from '../../../model/stored-layer.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { principalElement } from '../permissions/permission-statement.ts';
import { changePolicy } from '../permissions/policy-rows.ts';
import { checkPolicyRevision } from '../permissions/policy-rules.ts';
import { withStatement } from '../permissions/policy-statements.ts';
import { checkOwnLayerVersion } from './layer-access.ts';
import { requireLayerVersion } from './layer-policy.ts';
import { checkVersionNumber, type LayerVersionKey, parseLayerName } from './layer-reference.ts';

export function addLayerVersionPermission(
  deps: LambdaDependencies,
): OperationHandler<AddLayerVersionPermissionRequest, AddLayerVersionPermissionResponse> {
  return async (input, context) => {
    const version = checkVersionNumber(input.VersionNumber);
    const key = { ...parseLayerName(input.LayerName ?? '', context), version };
    checkOwnLayerVersion(context, key, 'AddLayerVersionPermission');
    const statement = statementOf(input, key);
    const after = await changePolicy(deps.store, layerVersionArn(key, key.version), async (before, tx) => {
      await requireLayerVersion(tx, key, context);
      checkPolicyRevision(before, input.RevisionId, 'GetLayerPolicy');
      return withStatement(before?.document, statement);
    });
    return { Statement: JSON.stringify(statement), ...(after && { RevisionId: after.revisionId }) };
  };
}

/** With its members in the order in which AWS writes them. */
function statementOf(input: AddLayerVersionPermissionRequest, key: LayerVersionKey): PolicyStatement {
  const { StatementId = '', Action = '', Principal = '', OrganizationId } = input;
  if (OrganizationId !== undefined && Principal !== '*') {
    throw invalidParameterValue('OrganizationId can only be used when the principal is *.');
  }
  return {
    Sid: StatementId,
    Effect: 'Allow',
    Principal: principalElement(Principal, partitionOf(key.region)),
    Action,
    Resource: layerVersionArn(key, key.version),
    ...(OrganizationId !== undefined && {
      Condition: { StringEquals: { 'aws:PrincipalOrgID': OrganizationId } },
    }),
  };
}

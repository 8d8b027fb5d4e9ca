import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { addLayerVersionPermission } from './add-layer-version-permission.ts';
import { deleteLayerVersion } from './delete-layer-version.ts';
import { getLayerVersionByArn } from './get-layer-version-by-arn.ts';
import { getLayerVersionPolicy } from './get-layer-version-policy.ts';
import { getLayerVersion } from './get-layer-version.ts';
import { listLayerVersions } from './list-layer-versions.ts';
import { listLayers } from './list-layers.ts';
import { publishLayerVersion } from './publish-layer-version.ts';
import { removeLayerVersionPermission } from './remove-layer-version-permission.ts';

export function layerOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    AddLayerVersionPermission: addLayerVersionPermission(deps),
    DeleteLayerVersion: deleteLayerVersion(deps),
    GetLayerVersion: getLayerVersion(deps),
    GetLayerVersionByArn: getLayerVersionByArn(deps),
    GetLayerVersionPolicy: getLayerVersionPolicy(deps),
    ListLayerVersions: listLayerVersions(deps),
    ListLayers: listLayers(deps),
    PublishLayerVersion: publishLayerVersion(deps),
    RemoveLayerVersionPermission: removeLayerVersionPermission(deps),
  };
}

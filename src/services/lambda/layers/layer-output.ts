import type {
  Architecture,
  GetLayerVersionResponse,
  LayerVersionsListItem,
  Runtime,
} from '@aws-sdk/client-lambda';
import { layerArn, layerVersionArn, type StoredLayerVersion } from '../../../model/stored-layer.ts';
import { timestamp } from '../functions/function-configuration.ts';

/** A layer version as the API shows it. What was not said when it was published is absent. */
export function layerVersionOutput(stored: StoredLayerVersion, location: string): GetLayerVersionResponse {
  return {
    Content: {
      Location: location,
      CodeSha256: Buffer.from(stored.codeSha256, 'hex').toString('base64'),
      CodeSize: stored.codeSize,
    },
    LayerArn: layerArn(stored),
    ...listedLayerVersion(stored),
  };
}

/** The shorter form of the List operations. */
export function listedLayerVersion(stored: StoredLayerVersion): LayerVersionsListItem {
  const { compatibleRuntimes, compatibleArchitectures, licenseInfo } = stored;
  return {
    LayerVersionArn: layerVersionArn(stored, stored.version),
    Version: stored.version,
    Description: stored.description,
    CreatedDate: timestamp(stored.createdAtMs),
    ...(compatibleRuntimes && { CompatibleRuntimes: [...compatibleRuntimes] as Runtime[] }),
    ...(compatibleArchitectures && {
      CompatibleArchitectures: [...compatibleArchitectures] as Architecture[],
    }),
    ...(licenseInfo !== undefined && { LicenseInfo: licenseInfo }),
  };
}

import type { CodeSigningConfig } from '@aws-sdk/client-lambda';
import {
  codeSigningConfigArn,
  type StoredCodeSigningConfig,
} from '../../../model/stored-code-signing-config.ts';
import { timestamp } from '../functions/function-configuration.ts';

/** A configuration as the API shows it. */
export function codeSigningConfiguration(config: StoredCodeSigningConfig): CodeSigningConfig {
  return {
    CodeSigningConfigId: config.id,
    CodeSigningConfigArn: codeSigningConfigArn(config),
    ...(config.description !== undefined && { Description: config.description }),
    AllowedPublishers: { SigningProfileVersionArns: [...config.allowedPublishers] },
    CodeSigningPolicies: { UntrustedArtifactOnDeployment: config.policy },
    LastModified: timestamp(config.lastModifiedMs),
  };
}

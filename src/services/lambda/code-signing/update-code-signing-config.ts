import type { UpdateCodeSigningConfigRequest, UpdateCodeSigningConfigResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { StoredCodeSigningConfig } from '../../../model/stored-code-signing-config.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { codeSigningConfiguration } from './config-output.ts';
import { configNotFound, lockConfig, replaceConfig } from './config-rows.ts';

export function updateCodeSigningConfig(
  deps: LambdaDependencies,
): OperationHandler<UpdateCodeSigningConfigRequest, UpdateCodeSigningConfigResponse> {
  return async (input, context) => {
    const arn = input.CodeSigningConfigArn ?? '';
    const after = await deps.store.write(async (tx, announce) => {
      const before = await lockConfig(tx, arn, context);
      if (before === undefined) throw configNotFound(arn);
      const changed = { ...before, ...changes(input), lastModifiedMs: deps.clock.now() };
      await replaceConfig(tx, announce, changed);
      return changed;
    });
    return { CodeSigningConfig: codeSigningConfiguration(after) };
  };
}

/** The stored fields a request names; what it does not name stays. */
function changes(input: UpdateCodeSigningConfigRequest): Partial<StoredCodeSigningConfig> {
  const publishers = input.AllowedPublishers?.SigningProfileVersionArns;
  const policy = input.CodeSigningPolicies?.UntrustedArtifactOnDeployment;
  return {
    ...(input.Description !== undefined && { description: input.Description }),
    ...(publishers !== undefined && { allowedPublishers: publishers }),
    ...(policy !== undefined && { policy }),
  };
}

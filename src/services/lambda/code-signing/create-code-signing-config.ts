import { randomInt } from 'node:crypto';
import type { CreateCodeSigningConfigRequest, CreateCodeSigningConfigResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import {
  codeSigningConfigArn,
  type StoredCodeSigningConfig,
} from '../../../model/stored-code-signing-config.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { addTags } from '../tags/resource-tags.ts';
import { checkTags } from '../tags/tag-rules.ts';
import { codeSigningConfiguration } from './config-output.ts';
import { insertConfig } from './config-rows.ts';

const ID_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 17;

export function createCodeSigningConfig(
  deps: LambdaDependencies,
): OperationHandler<CreateCodeSigningConfigRequest, CreateCodeSigningConfigResponse> {
  return async (input, context) => {
    const tags = input.Tags ?? {};
    checkTags(tags);
    const config: StoredCodeSigningConfig = {
      accountId: context.accountId,
      region: context.region,
      id: newId(),
      ...(input.Description !== undefined && { description: input.Description }),
      allowedPublishers: input.AllowedPublishers?.SigningProfileVersionArns ?? [],
      policy: input.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? 'Warn',
      lastModifiedMs: deps.clock.now(),
    };
    await deps.store.write(async (tx, announce) => {
      await insertConfig(tx, announce, config);
      await addTags(tx, codeSigningConfigArn(config), tags);
    });
    return { CodeSigningConfig: codeSigningConfiguration(config) };
  };
}

function newId(): string {
  const characters = Array.from({ length: ID_LENGTH }, () => ID_CHARACTERS[randomInt(ID_CHARACTERS.length)]);
  return `csc-${characters.join('')}`;
}

import type { GetCodeSigningConfigRequest, GetCodeSigningConfigResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { codeSigningConfiguration } from './config-output.ts';
import { requireConfig } from './config-rows.ts';

export function getCodeSigningConfig(
  deps: LambdaDependencies,
): OperationHandler<GetCodeSigningConfigRequest, GetCodeSigningConfigResponse> {
  return async (input, context) => {
    const config = await requireConfig(deps.store.db, input.CodeSigningConfigArn ?? '', context);
    return { CodeSigningConfig: codeSigningConfiguration(config) };
  };
}

import type {
  PutFunctionCodeSigningConfigRequest,
  PutFunctionCodeSigningConfigResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { checkUnqualified } from '../functions/update-rules.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { attachConfig } from './attached-config.ts';

export function putFunctionCodeSigningConfig(
  deps: LambdaDependencies,
): OperationHandler<PutFunctionCodeSigningConfigRequest, PutFunctionCodeSigningConfigResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    checkUnqualified(reference);
    const arn = input.CodeSigningConfigArn ?? '';
    await deps.store.write(async (tx, announce) => {
      await attachConfig(tx, announce, reference, arn, context);
    });
    return { CodeSigningConfigArn: arn, FunctionName: reference.name };
  };
}

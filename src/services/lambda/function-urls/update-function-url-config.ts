import type { UpdateFunctionUrlConfigRequest, UpdateFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { retried } from '../functions/function-rows.ts';
import { replaceQualifierRow } from '../functions/qualifier-reads.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { updatedUrlConfiguration } from './url-configuration.ts';
import { requireUrl, urlKey } from './url-rows.ts';
import { checkUrlQualifier, updatedFunctionUrl } from './url-rules.ts';

export function updateFunctionUrlConfig(
  deps: LambdaDependencies,
): OperationHandler<UpdateFunctionUrlConfigRequest, UpdateFunctionUrlConfigResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    checkUrlQualifier(reference);
    return await retried(reference, async () => {
      return await deps.store.write(async (tx, announce) => {
        const before = await requireUrl(tx, reference);
        const after = updatedFunctionUrl(before, input, deps.clock.now());
        const key = urlKey(reference);
        await replaceQualifierRow(tx, announce, 'lambda_function_urls', key, before, after);
        return updatedUrlConfiguration(after, input, context.origin);
      });
    });
  };
}

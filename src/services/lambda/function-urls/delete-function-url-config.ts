import type { DeleteFunctionUrlConfigRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { deleteQualifierRow } from '../functions/qualifier-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { urlKey } from './url-rows.ts';
import { checkUrlQualifier, urlNotFound } from './url-rules.ts';

/** The permissions that were given for it stay. */
export function deleteFunctionUrlConfig(
  deps: LambdaDependencies,
): OperationHandler<DeleteFunctionUrlConfigRequest, Record<string, never>> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    checkUrlQualifier(reference);
    await deps.store.write(async (tx, announce) => {
      const wasThere = await deleteQualifierRow(tx, announce, 'lambda_function_urls', urlKey(reference));
      if (!wasThere) throw urlNotFound();
    });
    return {};
  };
}

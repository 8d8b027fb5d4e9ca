import type { CreateFunctionUrlConfigRequest, CreateFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { lockFunction } from '../functions/function-rows.ts';
import { insertQualifierRow } from '../functions/qualifier-rows.ts';
import { refuseTenants } from '../functions/tenancy-setting.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { findVersion } from '../versions/find-version.ts';
import { createdUrlConfiguration } from './url-configuration.ts';
import { urlKey } from './url-rows.ts';
import { checkUrlQualifier, newFunctionUrl, noSuchFunction, urlExists } from './url-rules.ts';

/** Gives a function, or one of its aliases, a URL that nobody can guess. Whom it lets in is the policies' matter. */
export function createFunctionUrlConfig(
  deps: LambdaDependencies,
): OperationHandler<CreateFunctionUrlConfigRequest, CreateFunctionUrlConfigResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    checkUrlQualifier(reference);
    const found = await findVersion(deps.store.db, reference);
    if (found === undefined) throw noSuchFunction();
    refuseTenants(found.record.current, 'A function URL');
    const url = newFunctionUrl(reference, input, deps.clock.now());
    await deps.store.write(async (tx, announce) => {
      await lockFunction(tx, reference);
      // Again: it may have been deleted while the lock was waited for.
      if ((await findVersion(tx, reference)) === undefined) throw noSuchFunction();
      const key = urlKey(reference);
      if (!(await insertQualifierRow(tx, announce, 'lambda_function_urls', key, url))) throw urlExists(url);
    });
    return createdUrlConfiguration(url, input, context.origin);
  };
}

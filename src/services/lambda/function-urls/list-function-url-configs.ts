import type { ListFunctionUrlConfigsRequest, ListFunctionUrlConfigsResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { LIST_FUNCTIONS_PAGE_LIMIT } from '../../../model/limits.ts';
import type { StoredFunctionUrl } from '../../../model/stored-function-url.ts';
import { findQualifierRows } from '../functions/qualifier-reads.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { markerAfter, readMarker } from '../list-marker.ts';
import { findVersion } from '../versions/find-version.ts';
import { urlConfiguration } from './url-configuration.ts';
import { noSuchFunction } from './url-rules.ts';

/** Of a function and all its aliases. */
export function listFunctionUrlConfigs(
  deps: LambdaDependencies,
): OperationHandler<ListFunctionUrlConfigsRequest, ListFunctionUrlConfigsResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    const [after] = readMarker(input.Marker);
    const { db } = deps.store;
    if ((await findVersion(db, reference)) === undefined) throw noSuchFunction();
    const limit = input.MaxItems ?? LIST_FUNCTIONS_PAGE_LIMIT;
    const table = 'lambda_function_urls';
    const found = await findQualifierRows<StoredFunctionUrl>(db, table, reference, after, limit + 1);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      FunctionUrlConfigs: page.map(({ value }) => urlConfiguration(value, context.origin)),
      ...(found.length > limit && last && { NextMarker: markerAfter(last.qualifier, '') }),
    };
  };
}

import type { ListFunctionUrlConfigsRequest, ListFunctionUrlConfigsResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { readMarker } from '../list-marker.ts';
import { findVersion } from '../versions/find-version.ts';
import { noSuchFunction } from './url-rules.ts';

/** Lists nothing: none can be created yet. */
export function listFunctionUrlConfigs(
  deps: LambdaDependencies,
): OperationHandler<ListFunctionUrlConfigsRequest, ListFunctionUrlConfigsResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    readMarker(input.Marker);
    if ((await findVersion(deps.store.db, reference)) === undefined) throw noSuchFunction();
    return { FunctionUrlConfigs: [] };
  };
}

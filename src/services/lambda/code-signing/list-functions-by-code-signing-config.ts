import type {
  ListFunctionsByCodeSigningConfigRequest,
  ListFunctionsByCodeSigningConfigResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { LIST_FUNCTIONS_PAGE_LIMIT } from '../../../model/limits.ts';
import { functionArn } from '../../../model/stored-function.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { markerAfter, readMarker } from '../list-marker.ts';
import { listUsers, requireConfig } from './config-rows.ts';

export function listFunctionsByCodeSigningConfig(
  deps: LambdaDependencies,
): OperationHandler<ListFunctionsByCodeSigningConfigRequest, ListFunctionsByCodeSigningConfigResponse> {
  return async (input, context) => {
    const limit = Math.min(input.MaxItems ?? LIST_FUNCTIONS_PAGE_LIMIT, LIST_FUNCTIONS_PAGE_LIMIT);
    const [after] = readMarker(input.Marker);
    const config = await requireConfig(deps.store.db, input.CodeSigningConfigArn ?? '', context);
    const found = await listUsers(deps.store.db, config, after, limit + 1);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      FunctionArns: page.map((name) => functionArn(context.accountId, context.region, name)),
      ...(found.length > limit && last !== undefined && { NextMarker: markerAfter(last, '') }),
    };
  };
}

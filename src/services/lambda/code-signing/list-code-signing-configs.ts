import type { ListCodeSigningConfigsRequest, ListCodeSigningConfigsResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { LIST_FUNCTIONS_PAGE_LIMIT } from '../../../model/limits.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { markerAfter, readMarker } from '../list-marker.ts';
import { codeSigningConfiguration } from './config-output.ts';
import { listConfigs } from './config-rows.ts';

export function listCodeSigningConfigs(
  deps: LambdaDependencies,
): OperationHandler<ListCodeSigningConfigsRequest, ListCodeSigningConfigsResponse> {
  return async (input, context) => {
    const limit = Math.min(input.MaxItems ?? LIST_FUNCTIONS_PAGE_LIMIT, LIST_FUNCTIONS_PAGE_LIMIT);
    const [after] = readMarker(input.Marker);
    const found = await listConfigs(deps.store.db, context, after, limit + 1);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      CodeSigningConfigs: page.map(codeSigningConfiguration),
      ...(found.length > limit && last && { NextMarker: markerAfter(last.id, '') }),
    };
  };
}

import type {
  ListProvisionedConcurrencyConfigsRequest,
  ListProvisionedConcurrencyConfigsResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { requireFunction } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { markerAfter, readMarker } from '../list-marker.ts';
import { qualifiedArn } from '../functions/qualifier-rows.ts';
import { unqualifiedReference } from './concurrency-rules.ts';
import { provisionedConfiguration } from './provisioned-configuration.ts';
import { findProvisioned } from './provisioned-rows.ts';

const LARGEST_PAGE = 50;

export function listProvisionedConcurrencyConfigs(
  deps: LambdaDependencies,
): OperationHandler<ListProvisionedConcurrencyConfigsRequest, ListProvisionedConcurrencyConfigsResponse> {
  return async (input, context) => {
    const key = unqualifiedReference(input.FunctionName, context);
    await requireFunction(deps.store.db, key);
    const [after] = readMarker(input.Marker);
    const limit = input.MaxItems ?? LARGEST_PAGE;
    const rest = [...(await findProvisioned(deps.store.db, key))].filter(([qualifier]) => qualifier > after);
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    return {
      ProvisionedConcurrencyConfigs: page.map(([qualifier, stored]) => {
        const FunctionArn = qualifiedArn({ ...key, qualifier });
        return { FunctionArn, ...provisionedConfiguration(stored, deps.provisionedStatus(FunctionArn)) };
      }),
      ...(rest.length > limit && last && { NextMarker: markerAfter(last[0], '') }),
    };
  };
}

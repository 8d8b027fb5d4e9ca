import type {
  ListFunctionVersionsByCapacityProviderRequest,
  ListFunctionVersionsByCapacityProviderResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { functionRecordOf, functionVersionArn } from '../../../model/stored-function.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { markerAfter, readMarker } from '../list-marker.ts';
import { capacityProviderNotFound, isMachine, machineProviderArn } from './capacity-provider.ts';

const LARGEST_PAGE = 50;

/** `$LATEST` cannot be invoked there, so it is not among them. */
export function listFunctionVersionsByCapacityProvider(
  deps: LambdaDependencies,
): OperationHandler<
  ListFunctionVersionsByCapacityProviderRequest,
  ListFunctionVersionsByCapacityProviderResponse
> {
  return async (input, context) => {
    const [after] = readMarker(input.Marker);
    const name = input.CapacityProviderName ?? '';
    if (!isMachine(name, context)) throw capacityProviderNotFound(name, context);
    const rows = await deps.store.db
      .selectFrom('lambda_functions')
      .selectAll()
      .where('account_id', '=', context.accountId)
      .where('region', '=', context.region)
      .where('version', '<>', '$LATEST')
      .execute();
    const versions = rows
      .map((row) => functionRecordOf(row).current)
      .filter((stored) => stored.managed !== undefined)
      .map((stored) => ({ FunctionArn: functionVersionArn(stored), State: stored.state }))
      .sort((a, b) => (a.FunctionArn < b.FunctionArn ? -1 : 1))
      .filter(({ FunctionArn }) => FunctionArn > after);
    const page = versions.slice(0, input.MaxItems ?? LARGEST_PAGE);
    const last = page.at(-1);
    return {
      CapacityProviderArn: machineProviderArn(context),
      FunctionVersions: page,
      ...(versions.length > page.length && last && { NextMarker: markerAfter(last.FunctionArn, '') }),
    };
  };
}

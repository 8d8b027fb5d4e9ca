import type {
  ListFunctionEventInvokeConfigsRequest,
  ListFunctionEventInvokeConfigsResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { StoredEventInvokeConfig } from '../../../model/event-invoke-config.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { LIST_FUNCTIONS_PAGE_LIMIT } from '../../../model/limits.ts';
import { findQualifierRows } from '../functions/qualifier-reads.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { markerAfter, readMarker } from '../list-marker.ts';
import { requireConfigurable, shownConfig } from './event-invoke-config-rules.ts';

export function listFunctionEventInvokeConfigs(
  deps: LambdaDependencies,
): OperationHandler<ListFunctionEventInvokeConfigsRequest, ListFunctionEventInvokeConfigsResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    const [after] = readMarker(input.Marker);
    await requireConfigurable(deps.store.db, { ...reference, qualifier: '$LATEST' });
    const limit = input.MaxItems ?? LIST_FUNCTIONS_PAGE_LIMIT;
    const table = 'lambda_event_invoke_configs';
    const found = await findQualifierRows<StoredEventInvokeConfig>(
      deps.store.db,
      table,
      reference,
      after,
      limit + 1,
    );
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      FunctionEventInvokeConfigs: page.map(({ qualifier, value }) =>
        shownConfig({ ...reference, qualifier }, value),
      ),
      ...(found.length > limit && last && { NextMarker: markerAfter(last.qualifier, '') }),
    };
  };
}

import type {
  ListDurableExecutionsByFunctionRequest,
  ListDurableExecutionsByFunctionResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { readMarker } from '../list-marker.ts';
import { requireVersion } from '../versions/find-version.ts';

export function listDurableExecutionsByFunction(
  deps: LambdaDependencies,
): OperationHandler<ListDurableExecutionsByFunctionRequest, ListDurableExecutionsByFunctionResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    readMarker(input.Marker);
    await requireVersion(deps.store.db, reference);
    return { DurableExecutions: [] };
  };
}

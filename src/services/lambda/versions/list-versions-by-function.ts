import type { ListVersionsByFunctionRequest, ListVersionsByFunctionResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { LIST_FUNCTIONS_PAGE_LIMIT } from '../../../model/limits.ts';
import { functionVersionArn } from '../../../model/stored-function.ts';
import { listedConfiguration } from '../functions/function-configuration.ts';
import { requireFunction } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { markerAfter, markerNumber, readMarker } from '../list-marker.ts';
import { listVersions, numberOf } from './version-rows.ts';

export function listVersionsByFunction(
  deps: LambdaDependencies,
): OperationHandler<ListVersionsByFunctionRequest, ListVersionsByFunctionResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    const limit = Math.min(input.MaxItems ?? LIST_FUNCTIONS_PAGE_LIMIT, LIST_FUNCTIONS_PAGE_LIMIT);
    const [after] = readMarker(input.Marker);
    await requireFunction(deps.store.db, reference);
    const found = await listVersions(
      deps.store.db,
      reference,
      after === '' ? -1 : markerNumber(after),
      limit + 1,
    );
    const page = found.slice(0, limit).map(({ current }) => current);
    const last = page.at(-1);
    return {
      Versions: page.map((stored) => listedConfiguration(stored, functionVersionArn(stored))),
      ...(found.length > limit && last && { NextMarker: markerAfter(numberOf(last.version), '') }),
    };
  };
}

import type { ListAliasesRequest, ListAliasesResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { LIST_FUNCTIONS_PAGE_LIMIT } from '../../../model/limits.ts';
import { versionsOf } from '../../../model/stored-alias.ts';
import { requireFunction } from '../functions/function-rows.ts';
import { checkUnqualified } from '../functions/update-rules.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { markerAfter, readMarker } from '../list-marker.ts';
import { findAliases } from './alias-rows.ts';
import { aliasConfiguration } from './alias-rules.ts';

export function listAliases(
  deps: LambdaDependencies,
): OperationHandler<ListAliasesRequest, ListAliasesResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    checkUnqualified(reference);
    const limit = Math.min(input.MaxItems ?? LIST_FUNCTIONS_PAGE_LIMIT, LIST_FUNCTIONS_PAGE_LIMIT);
    const [after] = readMarker(input.Marker);
    await requireFunction(deps.store.db, reference);
    const wanted = input.FunctionVersion;
    // A function has few aliases; the filter looks into their documents.
    const found = (await findAliases(deps.store.db, reference)).filter(
      (alias) => alias.name > after && (wanted === undefined || versionsOf(alias).includes(wanted)),
    );
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      Aliases: page.map(aliasConfiguration),
      ...(found.length > limit && last && { NextMarker: markerAfter(last.name, '') }),
    };
  };
}

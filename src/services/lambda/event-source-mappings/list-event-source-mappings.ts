import type { ListEventSourceMappingsRequest, ListEventSourceMappingsResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { type FunctionReference, parseFunctionReference } from '../../../model/function-reference.ts';
import { LIST_MAPPINGS_PAGE_LIMIT } from '../../../model/limits.ts';
import { askedArn } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { markerAfter, readMarker } from '../list-marker.ts';
import { mappingConfiguration } from './mapping-configuration.ts';
import { listMappings, type MappingSelection } from './mapping-rows.ts';

/** A function that is not there is no error, since mappings outlive their function. */
export function listEventSourceMappings(
  deps: LambdaDependencies,
): OperationHandler<ListEventSourceMappingsRequest, ListEventSourceMappingsResponse> {
  return async (input, context) => {
    const name = input.FunctionName;
    const reference = name === undefined ? undefined : parseFunctionReference(name, undefined, context);
    const limit = Math.min(input.MaxItems ?? LIST_MAPPINGS_PAGE_LIMIT, LIST_MAPPINGS_PAGE_LIMIT);
    const [after] = readMarker(input.Marker);
    const { accountId, region } = context;
    const selection = {
      accountId,
      region,
      ...functionSelection(reference),
      eventSourceArn: input.EventSourceArn,
    };
    const found = await listMappings(deps.store.db, selection, after, limit + 1);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      EventSourceMappings: page.map(mappingConfiguration),
      ...(found.length > limit && last && { NextMarker: markerAfter(last.uuid, '') }),
    };
  };
}

/** A qualifier narrows the list to mappings that name it; without one it has all of the function's. */
function functionSelection(
  reference: FunctionReference | undefined,
): Pick<MappingSelection, 'functionPath' | 'functionArn'> {
  if (reference === undefined) return {};
  const { accountId, region, name, qualifier } = reference;
  const functionPath = `${accountId}/${region}/${name}`;
  return { functionPath, functionArn: qualifier === undefined ? undefined : askedArn(reference) };
}

import type { ListLayerVersionsRequest, ListLayerVersionsResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import { LIST_LAYERS_PAGE_LIMIT } from '../../../model/limits.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { markerAfter, readMarker } from '../list-marker.ts';
import { checkOwnLayer } from './layer-access.ts';
import { matchesFilter } from './layer-filter.ts';
import { listedLayerVersion } from './layer-output.ts';
import { parseLayerName } from './layer-reference.ts';
import { listLayerVersionRows } from './layer-rows.ts';

export function listLayerVersions(
  deps: LambdaDependencies,
): OperationHandler<ListLayerVersionsRequest, ListLayerVersionsResponse> {
  return async (input, context) => {
    const key = parseLayerName(input.LayerName ?? '', context);
    checkOwnLayer(context, key, 'ListLayerVersions');
    const limit = input.MaxItems ?? LIST_LAYERS_PAGE_LIMIT;
    const before = versionOf(input.Marker);
    if (key.region !== context.region) return { LayerVersions: [] };
    const found = await listLayerVersionRows(deps.store.db, key, before);
    const matching = found.filter((stored) => matchesFilter(stored, input));
    const page = matching.slice(0, limit);
    const last = page.at(-1);
    return {
      LayerVersions: page.map(listedLayerVersion),
      ...(matching.length > limit && last && { NextMarker: markerAfter(String(last.version), '') }),
    };
  };
}

/** The version a page starts below. */
function versionOf(marker: string | undefined): number {
  const [text] = readMarker(marker);
  if (text === '') return Number.POSITIVE_INFINITY;
  if (!/^\d+$/.test(text)) {
    throw invalidParameterValue('Invalid pagination marker. Please use the NextMarker of the previous page.');
  }
  return Number(text);
}

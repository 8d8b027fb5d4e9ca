import type { LayersListItem, ListLayersRequest, ListLayersResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { LIST_LAYERS_PAGE_LIMIT } from '../../../model/limits.ts';
import { layerArn, type StoredLayerVersion } from '../../../model/stored-layer.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { markerAfter, readMarker } from '../list-marker.ts';
import { matchesFilter } from './layer-filter.ts';
import { listedLayerVersion } from './layer-output.ts';
import { listLayerRows } from './layer-rows.ts';

export function listLayers(
  deps: LambdaDependencies,
): OperationHandler<ListLayersRequest, ListLayersResponse> {
  return async (input, context) => {
    const limit = input.MaxItems ?? LIST_LAYERS_PAGE_LIMIT;
    const [afterName] = readMarker(input.Marker);
    const found = await listLayerRows(deps.store.db, context, afterName);
    const latest = new Map<string, StoredLayerVersion>();
    for (const stored of found) {
      if (!latest.has(stored.name) && matchesFilter(stored, input)) latest.set(stored.name, stored);
    }
    const page = [...latest.values()].slice(0, limit);
    const last = page.at(-1);
    return {
      Layers: page.map(listedLayer),
      ...(latest.size > limit && last && { NextMarker: markerAfter(last.name, '') }),
    };
  };
}

function listedLayer(newest: StoredLayerVersion): LayersListItem {
  return {
    LayerName: newest.name,
    LayerArn: layerArn(newest),
    LatestMatchingVersion: listedLayerVersion(newest),
  };
}

import type { ListTagsRequest, ListTagsResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { requireConfig } from '../code-signing/config-rows.ts';
import { findMapping } from '../event-source-mappings/mapping-rows.ts';
import { requireFunction } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { readTags } from './resource-tags.ts';
import { mappingMissing, taggedResource } from './tagged-resource.ts';

export function listTags(deps: LambdaDependencies): OperationHandler<ListTagsRequest, ListTagsResponse> {
  return async (input, context) => {
    const resource = taggedResource(input.Resource ?? '', context);
    if (resource.kind === 'function') await requireFunction(deps.store.db, resource.reference);
    else if (resource.kind === 'event-source-mapping') {
      if ((await findMapping(deps.store.db, resource.key)) === undefined) throw mappingMissing(resource.arn);
    } else await requireConfig(deps.store.db, resource.arn, context);
    return { Tags: await readTags(deps.store.db, resource.arn) };
  };
}

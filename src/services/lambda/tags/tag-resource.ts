import type { TagResourceRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import { updateInProgress } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { changeTags } from './change-tags.ts';
import { addTags } from './resource-tags.ts';
import { checkTags } from './tag-rules.ts';
import { taggedResource } from './tagged-resource.ts';

export function tagResource(
  deps: LambdaDependencies,
): OperationHandler<TagResourceRequest, Record<string, never>> {
  return async (input, context) => {
    const resource = taggedResource(input.Resource ?? '', context);
    const tags = input.Tags ?? {};
    if (Object.keys(tags).length === 0) {
      throw invalidParameterValue('An error occurred and the request cannot be processed.');
    }
    checkTags(tags);
    await changeTags(
      deps.store,
      resource,
      context,
      async (tx) => await addTags(tx, resource.arn, tags),
      (current) => {
        if (current.lastUpdateStatus === 'InProgress') throw updateInProgress(current);
      },
    );
    return {};
  };
}

import type { UntagResourceRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { changeTags } from './change-tags.ts';
import { removeTags } from './resource-tags.ts';
import { taggedResource } from './tagged-resource.ts';

export function untagResource(
  deps: LambdaDependencies,
): OperationHandler<UntagResourceRequest, Record<string, never>> {
  return async (input, context) => {
    const resource = taggedResource(input.Resource ?? '', context);
    const keys = input.TagKeys ?? [];
    await changeTags(deps.store, resource, context, async (tx) => await removeTags(tx, resource.arn, keys));
    return {};
  };
}

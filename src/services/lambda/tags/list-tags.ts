import type { ListTagsRequest, ListTagsResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { requireFunction } from '../functions/function-rows.ts';
import { functionArn } from '../../../model/stored-function.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { readTags, taggedFunction } from './resource-tags.ts';

export function listTags(deps: LambdaDependencies): OperationHandler<ListTagsRequest, ListTagsResponse> {
  return async (input, context) => {
    const reference = taggedFunction(input.Resource ?? '', context);
    await requireFunction(deps.store.db, reference);
    const arn = functionArn(reference.accountId, reference.region, reference.name);
    return { Tags: await readTags(deps.store.db, arn) };
  };
}

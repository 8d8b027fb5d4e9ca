import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
} from '@aws-sdk/client-application-auto-scaling';
import type { OperationHandler } from '../../aws/service.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { readTags, requireTarget } from './target-tags.ts';

export function listTagsForResource(
  deps: AutoscalingDependencies,
): OperationHandler<ListTagsForResourceRequest, ListTagsForResourceResponse> {
  return async (input, context) => {
    const arn = input.ResourceARN ?? '';
    await requireTarget(deps.store.db, arn, context);
    return { Tags: await readTags(deps.store.db, arn) };
  };
}

import type { TagResourceRequest } from '@aws-sdk/client-application-auto-scaling';
import type { OperationHandler } from '../../aws/service.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { addTags, requireTarget } from './target-tags.ts';

export function tagResource(
  deps: AutoscalingDependencies,
): OperationHandler<TagResourceRequest, Record<string, never>> {
  return async (input, context) => {
    const arn = input.ResourceARN ?? '';
    await deps.store.write(async (tx) => {
      await requireTarget(tx, arn, context);
      await addTags(tx, arn, input.Tags ?? {});
    });
    return {};
  };
}

import type { UntagResourceRequest } from '@aws-sdk/client-application-auto-scaling';
import type { OperationHandler } from '../../aws/service.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { removeTags, requireTarget } from './target-tags.ts';

export function untagResource(
  deps: AutoscalingDependencies,
): OperationHandler<UntagResourceRequest, Record<string, never>> {
  return async (input, context) => {
    const arn = input.ResourceARN ?? '';
    await deps.store.write(async (tx) => {
      await requireTarget(tx, arn, context);
      await removeTags(tx, arn, input.TagKeys ?? []);
    });
    return {};
  };
}

import type { DeregisterScalableTargetRequest } from '@aws-sdk/client-application-auto-scaling';
import type { OperationHandler } from '../../aws/service.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { deleteDefinition, holdDefinition, readDefinitionsOf } from './definition-rows.ts';
import { resourceOf, targetArn, unknownTarget } from './scalable-resource.ts';
import { removeAllTags } from './target-tags.ts';

/** Takes policies and scheduled actions along; what is provisioned stays. */
export function deregisterScalableTarget(
  deps: AutoscalingDependencies,
): OperationHandler<DeregisterScalableTargetRequest, Record<string, never>> {
  return async (input, context) => {
    const resource = resourceOf(input, context);
    await deps.store.write(async (tx, announce) => {
      const target = await holdDefinition(tx, 'target', resource);
      if (target === undefined) throw unknownTarget(resource);
      for (const kind of ['policy', 'action'] as const) {
        for (const { name } of await readDefinitionsOf(tx, kind, resource)) {
          await deleteDefinition(tx, announce, kind, resource, name);
        }
      }
      await deleteDefinition(tx, announce, 'target', resource);
      await removeAllTags(tx, targetArn(resource, target.id));
    });
    return {};
  };
}

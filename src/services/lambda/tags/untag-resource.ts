import { randomUUID } from 'node:crypto';
import type { UntagResourceRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { functionArn } from '../../../model/stored-function.ts';
import { changeFunction } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { removeTags, taggedFunction } from './resource-tags.ts';

export function untagResource(
  deps: LambdaDependencies,
): OperationHandler<UntagResourceRequest, Record<string, never>> {
  return async (input, context) => {
    const reference = taggedFunction(input.Resource ?? '', context);
    const arn = functionArn(reference.accountId, reference.region, reference.name);
    await changeFunction(
      deps.store,
      reference,
      (before) => ({ ...before, current: { ...before.current, revisionId: randomUUID() } }),
      async (tx) => await removeTags(tx, arn, input.TagKeys ?? []),
    );
    return {};
  };
}

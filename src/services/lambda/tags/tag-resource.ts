import { randomUUID } from 'node:crypto';
import type { TagResourceRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import { functionArn } from '../../../model/stored-function.ts';
import { changeFunction, updateInProgress } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { addTags, taggedFunction } from './resource-tags.ts';

export function tagResource(
  deps: LambdaDependencies,
): OperationHandler<TagResourceRequest, Record<string, never>> {
  return async (input, context) => {
    const reference = taggedFunction(input.Resource ?? '', context);
    const arn = functionArn(reference.accountId, reference.region, reference.name);
    const tags = input.Tags ?? {};
    if (Object.keys(tags).length === 0) {
      throw invalidParameterValue('An error occurred and the request cannot be processed.');
    }
    await changeFunction(
      deps.store,
      reference,
      (before) => {
        if (before.current.lastUpdateStatus === 'InProgress') {
          throw updateInProgress(reference);
        }
        return { ...before, current: { ...before.current, revisionId: randomUUID() } };
      },
      async (tx) => await addTags(tx, arn, tags),
    );
    return {};
  };
}

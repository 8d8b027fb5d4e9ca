import type { RemovePermissionRequest } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { listOf, renderPolicy } from '../../../model/policy/policy-document.ts';
import { merged } from '../queues/queue-attributes.ts';
import { changeQueue } from '../queues/queue-rows.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { badValue, missingParameter } from '../sqs-errors.ts';
import { policyOf } from './permission-statements.ts';
import { admit } from './queue-access.ts';

/** Takes the statement of that label out of the queue's policy; without statements there is no policy. */
export function removePermission(
  deps: SqsDependencies,
): OperationHandler<RemovePermissionRequest, undefined> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'RemovePermission');
    const { Label: label } = input;
    if (label === undefined || label === '') throw missingParameter('Label');
    await changeQueue(deps.store, queue, (before) => {
      const policy = policyOf(before);
      const statements = listOf(policy?.Statement ?? []);
      const kept = statements.filter(({ Sid }) => Sid !== label);
      if (policy === undefined || kept.length === statements.length)
        throw badValue(label, 'Label', "can't find label.");
      const text = kept.length === 0 ? undefined : renderPolicy({ ...policy, Statement: kept });
      const attributes = merged(before.attributes, { Policy: text });
      return { attributes: JSON.stringify(attributes), modified_at_ms: deps.clock.now() };
    });
    return undefined;
  };
}

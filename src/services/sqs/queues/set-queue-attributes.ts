import type { SetQueueAttributesRequest } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { missingParameter } from '../sqs-errors.ts';
import { checkDeadLetterTarget } from './dead-letter-target.ts';
import { checkAttributes, checkTogether, merged } from './queue-attributes.ts';
import { changeQueue } from './queue-rows.ts';

export function setQueueAttributes(
  deps: SqsDependencies,
): OperationHandler<SetQueueAttributesRequest, undefined> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'SetQueueAttributes');
    if (input.Attributes === undefined) throw missingParameter('Attributes');
    const changes = checkAttributes(input.Attributes, queue);
    delete changes['FifoQueue'];
    await changeQueue(deps.store, queue, async (before, tx) => {
      await checkDeadLetterTarget(tx, queue, changes['RedrivePolicy']);
      const attributes = merged(before.attributes, changes);
      checkTogether(attributes);
      return { attributes: JSON.stringify(attributes), modified_at_ms: deps.clock.now() };
    });
    return undefined;
  };
}

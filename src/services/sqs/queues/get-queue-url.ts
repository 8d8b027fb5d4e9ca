import type { GetQueueUrlRequest, GetQueueUrlResult } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { checkCaller } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { invalidParameterValue, queueDoesNotExist } from '../sqs-errors.ts';
import { isFifoName, isQueueName, queueUrl } from './queue-name.ts';

export function getQueueUrl(deps: SqsDependencies): OperationHandler<GetQueueUrlRequest, GetQueueUrlResult> {
  return async (input, context) => {
    const { QueueName: name, QueueOwnerAWSAccountId: owner } = input;
    if (name === undefined || name === '') {
      throw invalidParameterValue(
        'Value for parameter QueueName is invalid. Reason: Must specify a queue name.',
      );
    }
    const accountId = owner ?? context.accountId;
    const asked = { accountId, region: context.region, name };
    const isName = isQueueName(name, isFifoName(name)) && /^\d{12}$/.test(accountId);
    const queue = isName ? await deps.queues.find(asked) : undefined;
    if (queue === undefined) throw queueDoesNotExist();
    checkCaller(deps, queue, context, 'GetQueueUrl');
    return { QueueUrl: queueUrl(context.origin, queue) };
  };
}

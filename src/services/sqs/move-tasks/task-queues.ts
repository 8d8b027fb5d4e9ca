import type { RequestContext } from '../../../aws/service.ts';
import { checkCaller } from '../permissions/queue-access.ts';
import { parseQueueArn } from '../queues/queue-name.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { invalidParameterValue, missingParameter, resourceNotFound } from '../sqs-errors.ts';

/** The queue that a member of a request names by its ARN. Throws ResourceNotFoundException. */
export async function requireTaskQueue(
  deps: SqsDependencies,
  member: 'SourceArn' | 'DestinationArn',
  arn: string | undefined,
  context: RequestContext,
  action: string,
): Promise<StoredQueue> {
  if (arn === undefined || arn === '') throw missingParameter(member);
  const name = parseQueueArn(arn);
  if (name === undefined) {
    throw invalidParameterValue(
      `You must use this format to specify the ${member}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>`,
    );
  }
  const isHere = name.region === context.region && !arn.includes('\0');
  const queue = isHere ? await deps.queues.find(name) : undefined;
  if (queue === undefined)
    throw resourceNotFound(`The resource that you specified for the ${member} parameter doesn't exist.`);
  checkCaller(deps, queue, context, action);
  return queue;
}

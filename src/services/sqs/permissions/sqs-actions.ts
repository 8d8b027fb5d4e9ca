import { givesTags } from '../../../aws/given-tags.ts';
import type { RequestContext, RequestedAction } from '../../../aws/service.ts';
import { partitionOf } from '../../../model/stored-function.ts';

/** What a request needs that is about no queue there is: all others ask the queue's policy as well, when they find it. */
export function sqsActions(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  { region, accountId }: RequestContext,
): readonly RequestedAction[] {
  if (operation === 'ListQueues') return [{ action: 'sqs:ListQueues', resource: '*' }];
  if (operation !== 'CreateQueue') return [];
  const resource = `arn:${partitionOf(region)}:sqs:${region}:${accountId}:${String(input['QueueName'])}`;
  const isTagged = givesTags(input['tags']);
  return ['sqs:CreateQueue', ...(isTagged ? ['sqs:TagQueue'] : [])].map((action) => ({ action, resource }));
}

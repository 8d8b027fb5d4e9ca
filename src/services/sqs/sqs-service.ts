import type { AnyOperationHandler, RequestContext, ServiceDefinition } from '../../aws/service.ts';
import { ServiceError } from '../../model/service-error.ts';
import { changeMessageVisibility } from './messages/change-message-visibility.ts';
import { changeMessageVisibilityBatch } from './messages/change-message-visibility-batch.ts';
import { deleteMessage } from './messages/delete-message.ts';
import { deleteMessageBatch } from './messages/delete-message-batch.ts';
import { receiveMessage } from './messages/receive-message.ts';
import { sendMessage } from './messages/send-message.ts';
import { sendMessageBatch } from './messages/send-message-batch.ts';
import { cancelMessageMoveTask } from './move-tasks/cancel-message-move-task.ts';
import { listMessageMoveTasks } from './move-tasks/list-message-move-tasks.ts';
import { startMessageMoveTask } from './move-tasks/start-message-move-task.ts';
import { addPermission } from './permissions/add-permission.ts';
import { removePermission } from './permissions/remove-permission.ts';
import { createQueue } from './queues/create-queue.ts';
import { deleteQueue } from './queues/delete-queue.ts';
import { getQueueAttributes } from './queues/get-queue-attributes.ts';
import { getQueueUrl } from './queues/get-queue-url.ts';
import { listDeadLetterSourceQueues } from './queues/list-dead-letter-source-queues.ts';
import { listQueueTags } from './queues/list-queue-tags.ts';
import { listQueues } from './queues/list-queues.ts';
import { purgeQueue } from './queues/purge-queue.ts';
import { setQueueAttributes } from './queues/set-queue-attributes.ts';
import { tagQueue } from './queues/tag-queue.ts';
import { untagQueue } from './queues/untag-queue.ts';
import { sqsActions } from './permissions/sqs-actions.ts';
import type { SqsDependencies } from './sqs-dependencies.ts';

/** SQS, whole. */
export function createSqsService(deps: SqsDependencies): ServiceDefinition {
  const operations = {
    AddPermission: addPermission(deps),
    CancelMessageMoveTask: cancelMessageMoveTask(deps),
    ChangeMessageVisibility: changeMessageVisibility(deps),
    ChangeMessageVisibilityBatch: changeMessageVisibilityBatch(deps),
    CreateQueue: createQueue(deps),
    DeleteMessage: deleteMessage(deps),
    DeleteMessageBatch: deleteMessageBatch(deps),
    DeleteQueue: deleteQueue(deps),
    GetQueueAttributes: getQueueAttributes(deps),
    GetQueueUrl: getQueueUrl(deps),
    ListDeadLetterSourceQueues: listDeadLetterSourceQueues(deps),
    ListMessageMoveTasks: listMessageMoveTasks(deps),
    ListQueueTags: listQueueTags(deps),
    ListQueues: listQueues(deps),
    PurgeQueue: purgeQueue(deps),
    ReceiveMessage: receiveMessage(deps),
    RemovePermission: removePermission(deps),
    SendMessage: sendMessage(deps),
    SendMessageBatch: sendMessageBatch(deps),
    SetQueueAttributes: setQueueAttributes(deps),
    StartMessageMoveTask: startMessageMoveTask(deps),
    TagQueue: tagQueue(deps),
    UntagQueue: untagQueue(deps),
  };
  const worded = Object.entries(operations).map(([name, handler]) => [name, inQueryWords(handler)]);
  return {
    model: 'sqs',
    access: { actions: sqsActions },
    operations: Object.fromEntries(worded) as ServiceDefinition['operations'],
  };
}

/** To clients of the query protocol AWS says of a missing queue what it has always said. */
function inQueryWords(handler: AnyOperationHandler): AnyOperationHandler {
  return async (input: unknown, context: RequestContext) => {
    try {
      return await handler(input, context);
    } catch (error) {
      const isQuery = context.headers['x-amz-target'] === undefined;
      if (!isQuery || !(error instanceof ServiceError) || error.code !== 'QueueDoesNotExist') throw error;
      throw new ServiceError(error.code, 'The specified queue does not exist for this wsdl version.');
    }
  };
}

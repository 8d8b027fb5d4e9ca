import type {
  ListMessageMoveTasksRequest,
  ListMessageMoveTasksResult,
  ListMessageMoveTasksResultEntry,
} from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { badValue } from '../sqs-errors.ts';
import { requireTaskQueue } from './task-queues.ts';
import { type MoveTaskRow, taskHandle, tasksOf } from './task-rows.ts';

const MOST_RESULTS = 10;

export function listMessageMoveTasks(
  deps: SqsDependencies,
): OperationHandler<ListMessageMoveTasksRequest, ListMessageMoveTasksResult> {
  return async (input, context) => {
    const action = 'ListMessageMoveTasks';
    const source = await requireTaskQueue(deps, 'SourceArn', input.SourceArn, context, action);
    const most = input.MaxResults ?? 1;
    if (!Number.isInteger(most) || most < 1 || most > MOST_RESULTS)
      throw badValue(most, 'MaxResults', `Must be between 1 and ${MOST_RESULTS}, if provided.`);
    const tasks = await tasksOf(deps.store.db, source.arn, most);
    return tasks.length === 0 ? {} : { Results: tasks.map(shownTask) };
  };
}

/** Only a task that runs can be cancelled, so only it has a handle. */
function shownTask(task: MoveTaskRow): ListMessageMoveTasksResultEntry {
  const { destination_arn: destinationArn, messages_per_second: rate, failure_reason: reason } = task;
  return {
    ...(task.status === 'RUNNING' && { TaskHandle: taskHandle(task) }),
    Status: task.status,
    SourceArn: task.source_arn,
    ...(destinationArn !== null && { DestinationArn: destinationArn }),
    ...(rate !== null && { MaxNumberOfMessagesPerSecond: rate }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.to_move,
    ...(reason !== null && { FailureReason: reason }),
    StartedTimestamp: task.started_at_ms,
  };
}

import type { CancelMessageMoveTaskRequest, CancelMessageMoveTaskResult } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { invalidParameterValue, missingParameter, resourceNotFound } from '../sqs-errors.ts';
import { requireTaskQueue } from './task-queues.ts';
import { findTask, parseTaskHandle, updateTask } from './task-rows.ts';

/** What was moved stays moved. */
export function cancelMessageMoveTask(
  deps: SqsDependencies,
): OperationHandler<CancelMessageMoveTaskRequest, CancelMessageMoveTaskResult> {
  return async (input, context) => {
    const { TaskHandle: handle } = input;
    if (handle === undefined || handle === '') throw missingParameter('TaskHandle');
    const parsed = parseTaskHandle(handle);
    if (parsed === undefined) throw invalidParameterValue('Value for parameter TaskHandle is invalid.');
    const action = 'CancelMessageMoveTask';
    const source = await requireTaskQueue(deps, 'SourceArn', parsed.sourceArn, context, action);
    const moved = await deps.store.write(async (tx) => {
      const task = await findTask(tx, parsed.taskId, deps.store.engine === 'postgres');
      if (task?.source_arn !== source.arn) throw resourceNotFound('Task does not exist.');
      if (task.status !== 'RUNNING') throw invalidParameterValue('Only active tasks can be cancelled.');
      await updateTask(tx, task.id, { status: 'CANCELLED' });
      return task.moved;
    });
    return { ApproximateNumberOfMessagesMoved: moved };
  };
}

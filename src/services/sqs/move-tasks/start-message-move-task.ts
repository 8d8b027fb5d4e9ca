import { randomUUID } from 'node:crypto';
import type { StartMessageMoveTaskRequest, StartMessageMoveTaskResult } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { deadLetterSources } from '../queues/dead-letter-sources.ts';
import { countMessages } from '../queues/message-counts.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { badValue, invalidParameterValue } from '../sqs-errors.ts';
import { checkCaller } from '../permissions/queue-access.ts';
import { requireTaskQueue } from './task-queues.ts';
import { type MoveTaskRow, taskHandle, tasksOf } from './task-rows.ts';

const FASTEST_PER_SECOND = 500;
/** What whoever moves messages could do one by one. */
const OF_SOURCE = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];

/** Begins to move the messages of a dead-letter queue back to where they came from, or to another queue. */
export function startMessageMoveTask(
  deps: SqsDependencies,
): OperationHandler<StartMessageMoveTaskRequest, StartMessageMoveTaskResult> {
  return async (input, context) => {
    const source = await requireTaskQueue(
      deps,
      'SourceArn',
      input.SourceArn,
      context,
      'StartMessageMoveTask',
    );
    for (const action of OF_SOURCE) checkCaller(deps, source, context, action);
    const { DestinationArn: destinationArn, MaxNumberOfMessagesPerSecond: rate } = input;
    if (rate !== undefined && !(Number.isInteger(rate) && rate >= 1 && rate <= FASTEST_PER_SECOND)) {
      throw badValue(
        rate,
        'MaxNumberOfMessagesPerSecond',
        `Must be between 1 and ${FASTEST_PER_SECOND}, if provided.`,
      );
    }
    const origins = await deadLetterSources(deps.store.db, source);
    if (origins.length === 0)
      throw invalidParameterValue('Source queue must be configured as a Dead Letter Queue.');
    if (destinationArn !== undefined && destinationArn !== '') {
      const queue = await requireTaskQueue(deps, 'DestinationArn', destinationArn, context, 'SendMessage');
      checkPair(source, queue);
    } else {
      for (const origin of origins) checkCaller(deps, origin, context, 'SendMessage');
    }
    const task = await insertTask(deps, source, destinationArn || null, rate ?? null);
    deps.mover.begin(task);
    return { TaskHandle: taskHandle(task) };
  };
}

function checkPair(source: StoredQueue, destination: StoredQueue): void {
  if (source.arn === destination.arn)
    throw invalidParameterValue('Source queue arn and destination queue arn cannot be the same.');
  if (source.isFifo !== destination.isFifo)
    throw invalidParameterValue('Source queue and destination queue must be of the same type.');
}

async function insertTask(
  deps: SqsDependencies,
  source: StoredQueue,
  destinationArn: string | null,
  rate: number | null,
): Promise<MoveTaskRow> {
  const nowMs = deps.clock.now();
  const { waiting, inFlight, delayed } = await countMessages(deps.store.db, source, nowMs);
  return await deps.store.write(async (tx) => {
    const [newest] = await tasksOf(tx, source.arn, 1);
    if (newest?.status === 'RUNNING') {
      throw invalidParameterValue(
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    }
    const task: MoveTaskRow = {
      id: randomUUID(),
      source_arn: source.arn,
      destination_arn: destinationArn,
      status: 'RUNNING',
      messages_per_second: rate,
      moved: 0,
      to_move: waiting + inFlight + delayed,
      failure_reason: null,
      // Two tasks of one queue are never of the same moment.
      started_at_ms: Math.max(nowMs, (newest?.started_at_ms ?? 0) + 1),
      owner: deps.mover.owner,
    };
    await tx.insertInto('sqs_move_tasks').values(task).execute();
    return task;
  });
}

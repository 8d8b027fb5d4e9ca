import type { ReceiveMessageRequest, ReceiveMessageResult } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { badValue, unknownAttribute } from '../sqs-errors.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import { SYSTEM_ATTRIBUTES, shownMessage } from './received-message.ts';

const ATTEMPT_ID = /^[\x21-\x7e]{1,128}$/;

export function receiveMessage(
  deps: SqsDependencies,
): OperationHandler<ReceiveMessageRequest, ReceiveMessageResult> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'ReceiveMessage');
    deps.throughput.take(queue, 'ReceiveMessage');
    const { most, waitSeconds, visibilitySeconds } = checkNumbers(input);
    const wanted = {
      system: [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])],
      message: input.MessageAttributeNames ?? [],
    };
    const odd = wanted.system.find((name) => !SYSTEM_ATTRIBUTES.has(name));
    if (odd !== undefined) throw unknownAttribute(odd);
    const attemptId = checkAttempt(input.ReceiveRequestAttemptId, queue.isFifo);
    const waitMs = waitSeconds === undefined ? queue.receiveWaitMs : waitSeconds * 1000;
    const visibilityMsIn = ({ visibilityTimeoutMs }: StoredQueue): number =>
      visibilitySeconds === undefined ? visibilityTimeoutMs : visibilitySeconds * 1000;
    const rows = await deps.messages.receive(
      queue,
      { most, visibilityMsIn, attemptId },
      // Only who waits can go away meanwhile.
      waitMs === 0 ? { waitMs } : { waitMs, signal: context.signal, patience: context.patience },
    );
    return rows.length === 0 ? {} : { Messages: rows.map((row) => shownMessage(queue, row, wanted)) };
  };
}

function checkNumbers(input: ReceiveMessageRequest): {
  most: number;
  waitSeconds: number | undefined;
  visibilitySeconds: number | undefined;
} {
  const most = input.MaxNumberOfMessages ?? 1;
  if (!isWhole(most, 1, 10))
    throw badValue(most, 'MaxNumberOfMessages', 'Must be between 1 and 10, if provided.');
  const waitSeconds = input.WaitTimeSeconds;
  if (waitSeconds !== undefined && !isWhole(waitSeconds, 0, 20))
    throw badValue(waitSeconds, 'WaitTimeSeconds', 'Must be >= 0 and <= 20, if provided.');
  const visibilitySeconds = input.VisibilityTimeout;
  if (visibilitySeconds !== undefined && !isWhole(visibilitySeconds, 0, 43_200))
    throw badValue(visibilitySeconds, 'VisibilityTimeout', 'Must be >= 0 and <= 43200, if provided.');
  return { most, waitSeconds, visibilitySeconds };
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function checkAttempt(id: string | undefined, isFifo: boolean): string | undefined {
  if (id === undefined) return undefined;
  if (!isFifo) {
    throw badValue(
      id,
      'ReceiveRequestAttemptId',
      'The request include parameter that is not valid for this queue type.',
    );
  }
  if (ATTEMPT_ID.test(id)) return id;
  throw badValue(
    id,
    'ReceiveRequestAttemptId',
    'ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 in length.',
  );
}

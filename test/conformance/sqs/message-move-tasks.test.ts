import {
  CancelMessageMoveTaskCommand,
  DeleteQueueCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  StartMessageMoveTaskCommand,
  type StartMessageMoveTaskCommandInput,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { advanceClock, withFrozenClock } from '../../support/async-events.ts';
import { sendToGroup } from '../../support/fifo.ts';
import { eventually } from '../../support/functions.ts';
import {
  bodies,
  counts,
  makeQueue,
  receive,
  sendAll,
  type TestQueue,
  withDeadLetters,
} from '../../support/queues.ts';
import { refusal, useServer } from './sqs-fixtures.ts';

const shared = useServer();

async function start(source: TestQueue, input: Partial<StartMessageMoveTaskCommandInput> = {}) {
  return await shared.server.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: source.arn, ...input }));
}

async function newestTask(source: TestQueue): Promise<ListMessageMoveTasksResultEntry | undefined> {
  const { Results = [] } = await shared.server.sqs.send(
    new ListMessageMoveTasksCommand({ SourceArn: source.arn }),
  );
  return Results[0];
}

async function finished(source: TestQueue): Promise<ListMessageMoveTasksResultEntry | undefined> {
  return await eventually(
    async () => await newestTask(source),
    (task) => task?.Status !== 'RUNNING',
  );
}

/** A dead-letter queue with messages that came from a queue. */
async function buried(...texts: string[]): Promise<{ source: TestQueue; dead: TestQueue; ids: string[] }> {
  const { sqs } = shared.server;
  const dead = await makeQueue(sqs);
  const source = await withDeadLetters(sqs, dead, 1, { VisibilityTimeout: '0' });
  const ids = await sendAll(sqs, source, ...texts);
  await receive(sqs, source);
  expect(await receive(sqs, source)).toEqual([]);
  expect(await counts(sqs, dead)).toEqual([texts.length, 0, 0]);
  return { source, dead, ids };
}

describe('message move tasks', () => {
  test('move dead letters back to where they came from, as new messages', async () => {
    const { sqs } = shared.server;
    const { source, dead, ids } = await buried('a', 'b');
    const { TaskHandle } = await start(dead);
    expect(TaskHandle).toBeDefined();
    expect(await finished(dead)).toEqual({
      Status: 'COMPLETED',
      SourceArn: dead.arn,
      ApproximateNumberOfMessagesMoved: 2,
      ApproximateNumberOfMessagesToMove: 2,
      StartedTimestamp: expect.any(Number),
    });
    const messages = await receive(sqs, source);
    expect(bodies(messages).toSorted()).toEqual(['a', 'b']);
    for (const { MessageId = '', Attributes } of messages) {
      expect(ids).not.toContain(MessageId);
      expect(Attributes?.ApproximateReceiveCount).toBe('1');
      expect(Attributes).not.toHaveProperty('DeadLetterQueueSourceArn');
    }
    expect(await counts(sqs, dead)).toEqual([0, 0, 0]);
  });

  test('move to another queue, and wake who waits there', async () => {
    const { sqs } = shared.server;
    const { dead } = await buried('a');
    const other = await makeQueue(sqs);
    const [waited] = await Promise.all([
      receive(sqs, other, { WaitTimeSeconds: 20 }),
      start(dead, { DestinationArn: other.arn }),
    ]);
    expect(bodies(waited)).toEqual(['a']);
    expect(await finished(dead)).toMatchObject({ DestinationArn: other.arn, Status: 'COMPLETED' });
  });

  test('move at a pace, one task at a time, until they are cancelled', async () => {
    const { sqs } = shared.server;
    const { dead } = await buried(...Array.from({ length: 9 }, (_, n) => `m${n}`));
    await withFrozenClock(shared.server, async () => {
      const { TaskHandle } = await start(dead, { MaxNumberOfMessagesPerSecond: 1 });
      expect(await refusal(start(dead))).toEqual({
        code: 'InvalidParameterValue',
        message:
          'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
        status: 400,
      });
      await advanceClock(shared.server, 3000);
      const running = await newestTask(dead);
      expect(running).toMatchObject({ Status: 'RUNNING', TaskHandle, MaxNumberOfMessagesPerSecond: 1 });
      expect(running?.ApproximateNumberOfMessagesMoved).toBeGreaterThanOrEqual(3);
      expect(running?.ApproximateNumberOfMessagesMoved).toBeLessThan(9);
      const cancelled = await sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
      await advanceClock(shared.server, 60_000);
      const ended = await newestTask(dead);
      expect(ended).toMatchObject({
        Status: 'CANCELLED',
        ApproximateNumberOfMessagesMoved: cancelled.ApproximateNumberOfMessagesMoved,
      });
      expect(ended).not.toHaveProperty('TaskHandle');
      const [left] = await counts(sqs, dead);
      expect(left + Number(cancelled.ApproximateNumberOfMessagesMoved)).toBe(9);
      expect(await refusal(sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle })))).toMatchObject({
        code: 'InvalidParameterValue',
      });
    });
  });

  test('keep the order of groups', async () => {
    const { sqs } = shared.server;
    const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
    const dead = await makeQueue(sqs, fifo);
    const source = await withDeadLetters(sqs, dead, 1, { ...fifo, VisibilityTimeout: '0' });
    await sendToGroup(sqs, source, 'g', 'one', 'two', 'three');
    await receive(sqs, source);
    await receive(sqs, source);
    await start(dead);
    expect(await finished(dead)).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 3 });
    expect(bodies(await receive(sqs, source))).toEqual(['one', 'two', 'three']);
  });

  test('fail where there is nowhere to go', async () => {
    const { sqs } = shared.server;
    const { source, dead } = await buried('a');
    const other = await withDeadLetters(sqs, dead, 5);
    await sqs.send(new DeleteQueueCommand({ QueueUrl: source.url }));
    await start(dead);
    expect(await finished(dead)).toMatchObject({
      Status: 'FAILED',
      FailureReason: 'AWS.SimpleQueueService.NonExistentQueue',
      ApproximateNumberOfMessagesMoved: 0,
    });
    expect(await counts(sqs, dead)).toEqual([1, 0, 0]);
    await start(dead, { DestinationArn: other.arn });
    expect(await finished(dead)).toMatchObject({ Status: 'COMPLETED' });
  });

  test('are refused for queues that are not there or take no dead letters', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    const { dead } = await buried('a');
    const NOWHERE = 'arn:aws:sqs:us-east-1:000000000000:nowhere';
    const missing = (member: string) => ({
      code: 'ResourceNotFoundException',
      message: `The resource that you specified for the ${member} parameter doesn't exist.`,
      status: 404,
    });
    expect(await refusal(start({ ...queue, arn: NOWHERE }))).toEqual(missing('SourceArn'));
    expect(await refusal(start(dead, { DestinationArn: NOWHERE }))).toEqual(missing('DestinationArn'));
    expect(await refusal(start(queue))).toEqual({
      code: 'InvalidParameterValue',
      message: 'Source queue must be configured as a Dead Letter Queue.',
      status: 400,
    });
    expect(await refusal(start(dead, { MaxNumberOfMessagesPerSecond: 501 }))).toMatchObject({
      code: 'InvalidParameterValue',
    });
    expect(await refusal(start(dead, { DestinationArn: dead.arn }))).toMatchObject({
      message: 'Source queue arn and destination queue arn cannot be the same.',
    });
    const cancel = async (TaskHandle: string) =>
      await refusal(sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle })));
    expect(await cancel('garbage')).toMatchObject({ message: 'Value for parameter TaskHandle is invalid.' });
    const handle = (sourceArn: string) =>
      Buffer.from(JSON.stringify({ taskId: 'none', sourceArn })).toString('base64');
    expect(await cancel(handle(NOWHERE))).toEqual(missing('SourceArn'));
    expect(await cancel(handle(dead.arn))).toEqual({
      code: 'ResourceNotFoundException',
      message: 'Task does not exist.',
      status: 404,
    });
  });
});

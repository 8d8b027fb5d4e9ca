import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { advanceClock } from '../../support/async-events.ts';
import { sendToGroup } from '../../support/fifo.ts';
import { bodies, counts, makeQueue, receive, type TestQueue } from '../../support/queues.ts';
import { refusal, useServer } from './sqs-fixtures.ts';

const shared = useServer();

async function fifoQueue(more: Record<string, string> = {}): Promise<TestQueue> {
  return await makeQueue(shared.server.sqs, {
    FifoQueue: 'true',
    ContentBasedDeduplication: 'true',
    ...more,
  });
}

async function send(queue: TestQueue, input: Partial<SendMessageCommandInput>) {
  return await shared.server.sqs.send(
    new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'x', MessageGroupId: 'g', ...input }),
  );
}

describe('FIFO queues', () => {
  test('number messages with twenty digits that grow', async () => {
    const queue = await fifoQueue();
    const numbers = await sendToGroup(shared.server.sqs, queue, 'g', 'a', 'b', 'c');
    expect(numbers.every((number) => /^\d{20}$/.test(number))).toBe(true);
    expect(numbers).toEqual(numbers.toSorted());
    const [message] = await receive(shared.server.sqs, queue, { MaxNumberOfMessages: 1 });
    expect(message?.Attributes).toMatchObject({ SequenceNumber: numbers[0], MessageGroupId: 'g' });
    // SHA-256 of "a"
    expect(message?.Attributes?.MessageDeduplicationId).toBe(
      'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
    );
  });

  test('hand out one group to one receiver at a time, in order', async () => {
    const { sqs } = shared.server;
    const queue = await fifoQueue();
    await sendToGroup(sqs, queue, 'g', 'g1', 'g2', 'g3');
    await sendToGroup(sqs, queue, 'h', 'h1');
    const first = await receive(sqs, queue, { MaxNumberOfMessages: 2 });
    expect(bodies(first)).toEqual(['g1', 'g2']);
    expect(bodies(await receive(sqs, queue))).toEqual(['h1']);
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: first[0]?.ReceiptHandle }));
    expect(await receive(sqs, queue)).toEqual([]);
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queue.url,
        ReceiptHandle: first[1]?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    expect(bodies(await receive(sqs, queue))).toEqual(['g2', 'g3']);
  });

  test('wake a receiver that waits for a group when it is free again', async () => {
    const { sqs } = shared.server;
    const queue = await fifoQueue();
    await sendToGroup(sqs, queue, 'g', 'g1', 'g2');
    const [held] = await receive(sqs, queue, { MaxNumberOfMessages: 1 });
    const [waited] = await Promise.all([
      receive(sqs, queue, { WaitTimeSeconds: 20 }),
      sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: held?.ReceiptHandle })),
    ]);
    expect(bodies(waited)).toEqual(['g2']);
  });

  test('take a message once in five minutes, also when it was deleted', async () => {
    const { sqs } = shared.server;
    const queue = await fifoQueue();
    const first = await send(queue, { MessageDeduplicationId: 'd', MessageBody: 'one' });
    const [message] = await receive(sqs, queue);
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: message?.ReceiptHandle }));
    await advanceClock(shared.server, 240_000);
    const again = await send(queue, {
      MessageDeduplicationId: 'd',
      MessageBody: 'two',
      MessageGroupId: 'other',
    });
    expect([again.MessageId, again.SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber]);
    expect(await counts(sqs, queue)).toEqual([0, 0, 0]);
    await advanceClock(shared.server, 60_000);
    expect((await send(queue, { MessageDeduplicationId: 'd' })).MessageId).not.toBe(first.MessageId);
  });

  test('tell duplicates apart by group where that is the scope', async () => {
    const { sqs } = shared.server;
    const queue = await fifoQueue({
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    });
    for (const MessageGroupId of ['g', 'h', 'g']) await send(queue, { MessageGroupId });
    expect(await counts(sqs, queue)).toEqual([2, 0, 0]);
  });

  test('take duplicates within one batch once', async () => {
    const { sqs } = shared.server;
    const queue = await fifoQueue();
    const entry = { MessageBody: 'same', MessageGroupId: 'g' };
    const { Successful = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queue.url,
        Entries: [
          { Id: 'a', ...entry },
          { Id: 'b', ...entry },
        ],
      }),
    );
    expect(new Set(Successful.map(({ MessageId }) => MessageId)).size).toBe(1);
    expect(bodies(await receive(sqs, queue))).toEqual(['same']);
  });

  test('repeat the answer to an attempt that is made again', async () => {
    const { sqs } = shared.server;
    const queue = await fifoQueue();
    await sendToGroup(sqs, queue, 'g', 'g1', 'g2');
    const attempt = { ReceiveRequestAttemptId: 'again' };
    const first = await receive(sqs, queue, attempt);
    expect(bodies(first)).toEqual(['g1', 'g2']);
    const second = await receive(sqs, queue, attempt);
    expect(second.map(({ ReceiptHandle }) => ReceiptHandle)).toEqual(
      first.map(({ ReceiptHandle }) => ReceiptHandle),
    );
    expect(await receive(sqs, queue, { ReceiveRequestAttemptId: 'other' })).toEqual([]);
  });

  test('refuse a receipt that has expired', async () => {
    const { sqs } = shared.server;
    const queue = await fifoQueue();
    await sendToGroup(sqs, queue, 'g', 'g1');
    const [message] = await receive(sqs, queue, { VisibilityTimeout: 1 });
    const ReceiptHandle = message?.ReceiptHandle;
    await advanceClock(shared.server, 1000);
    expect(await refusal(sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle })))).toEqual(
      {
        code: 'InvalidParameterValue',
        message: `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
        status: 400,
      },
    );
    expect(
      await refusal(
        sqs.send(
          new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout: 5 }),
        ),
      ),
    ).toMatchObject({ code: 'AWS.SimpleQueueService.MessageNotInflight' });
  });

  test('want a group, and an id or content to go by', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs, { FifoQueue: 'true' });
    const NO_ID =
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
    expect(await refusal(send(queue, { MessageGroupId: undefined, MessageDeduplicationId: 'd' }))).toEqual({
      code: 'MissingParameter',
      message: 'The request must contain the parameter MessageGroupId.',
      status: 400,
    });
    expect(await refusal(send(queue, {}))).toEqual({
      code: 'InvalidParameterValue',
      message: NO_ID,
      status: 400,
    });
    const batch = async (entry: object) =>
      await refusal(
        sqs.send(
          new SendMessageBatchCommand({
            QueueUrl: queue.url,
            Entries: [{ Id: 'a', MessageBody: 'x', ...entry }],
          }),
        ),
      );
    expect(await batch({ MessageDeduplicationId: 'd' })).toMatchObject({
      code: 'InvalidParameterValue',
      message: 'The request must contain the parameter MessageGroupId.',
    });
    expect(await batch({ MessageGroupId: 'g' })).toMatchObject({
      code: 'InvalidParameterValue',
      message: NO_ID,
    });
    expect(await refusal(send(queue, { MessageDeduplicationId: 'd', DelaySeconds: 2 }))).toMatchObject({
      message:
        'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
    });
    expect(await refusal(send(queue, { MessageDeduplicationId: 'd', MessageGroupId: 'a b' }))).toMatchObject({
      code: 'InvalidParameterValue',
    });
    expect(await counts(sqs, queue)).toEqual([0, 0, 0]);
  });

  test('keep the order in which messages were acknowledged, whoever sends them at once', async () => {
    const { sqs } = shared.server;
    const queue = await fifoQueue();
    const senders = Array.from({ length: 8 }, async (_, sender) => {
      for (let n = 0; n < 10; n += 1) {
        await send(queue, {
          MessageBody: `${sender}-${n}`,
          MessageGroupId: sender % 2 === 0 ? 'even' : 'odd',
        });
      }
    });
    await Promise.all(senders);
    const seen = new Map<string, number>();
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queue.url, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) break;
      for (const { Body = '', ReceiptHandle } of Messages) {
        const [sender = '', n = ''] = Body.split('-');
        expect(Number(n)).toBe((seen.get(sender) ?? -1) + 1);
        seen.set(sender, Number(n));
        await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
      }
    }
    expect([...seen.values()]).toEqual(Array.from({ length: 8 }, () => 9));
  });
});

import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { beside } from '../../support/beside.ts';
import { advanceClock, withFrozenClock } from '../../support/async-events.ts';
import { bodies, counts, makeQueue, receive, sendAll, type TestQueue } from '../../support/queues.ts';
import { refusal, useServer } from './sqs-fixtures.ts';

const shared = useServer();

async function hide(
  queue: TestQueue,
  message: Message | undefined,
  VisibilityTimeout: number,
): Promise<void> {
  await shared.server.sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queue.url,
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout,
    }),
  );
}

async function remove(queue: TestQueue, ReceiptHandle: string | undefined): Promise<void> {
  await shared.server.sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
}

describe('ReceiveMessage', () => {
  test('gives one message at a time unless more are asked for, and hides what it gave', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    await sendAll(sqs, queue, 'a', 'b', 'c');
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue.url }));
    expect(Messages).toHaveLength(1);
    expect(Messages?.[0]).not.toHaveProperty('Attributes');
    expect(bodies(await receive(sqs, queue))).toEqual(['b', 'c']);
    expect(await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue.url }))).not.toHaveProperty('Messages');
    expect(await counts(sqs, queue)).toEqual([0, 3, 0]);
  });

  test('hides a message for exactly as long as the visibility timeout', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    await sendAll(sqs, queue, 'a');
    await withFrozenClock(shared.server, async () => {
      await receive(sqs, queue);
      await advanceClock(shared.server, 29_999);
      expect(await receive(sqs, queue)).toEqual([]);
      await advanceClock(shared.server, 1);
      expect(bodies(await receive(sqs, queue))).toEqual(['a']);
    });
  });

  test('shows the attributes that are asked for', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs, { VisibilityTimeout: '0' });
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queue.url,
        MessageBody: 'msg',
        MessageAttributes: { Hello: text('There'), General: text('Kenobi'), 'Help.Me': text('Me') },
      }),
    );
    const shown = async (MessageAttributeNames: string[]) => {
      const [message] = await receive(sqs, queue, { MessageAttributeNames, MessageSystemAttributeNames: [] });
      return [Object.keys(message?.MessageAttributes ?? {}).toSorted(), message?.MD5OfMessageAttributes];
    };
    expect(await shown(['All'])).toEqual([
      ['General', 'Hello', 'Help.Me'],
      '4c360f3fdafd970e05fae2f149d997f5',
    ]);
    expect(await shown(['.*'])).toEqual([
      ['General', 'Hello', 'Help.Me'],
      '4c360f3fdafd970e05fae2f149d997f5',
    ]);
    expect(await shown(['Hel.*'])).toEqual([['Hello', 'Help.Me'], '83fee93c1bcd8b9a5a923ffacdc636c7']);
    expect(await shown(['Hello', 'Nothing'])).toEqual([['Hello'], 'a311262e065454b75da111d535b8dacd']);
    expect(await shown([])).toEqual([[], undefined]);
    const [some] = await receive(sqs, queue, { MessageSystemAttributeNames: ['SenderId', 'SentTimestamp'] });
    expect(some?.Attributes).toEqual({
      SenderId: '000000000000',
      SentTimestamp: expect.stringMatching(/^\d{13}$/),
    });
    const [all] = await receive(sqs, queue);
    expect(Number(all?.Attributes?.ApproximateReceiveCount)).toBe(7);
    expect(all?.Attributes?.ApproximateFirstReceiveTimestamp).toMatch(/^\d{13}$/);
  });

  test('waits for a message, and costs its sender nothing', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs, { ReceiveMessageWaitTimeSeconds: '20' });
    const waiting = Promise.all([receive(sqs, queue), receive(sqs, queue)]);
    await beside(waiting, async () => {
      await sendAll(sqs, queue, 'one', 'two');
      // Either may get both.
      const first = await Promise.race([
        waiting,
        receive(sqs, queue, { WaitTimeSeconds: 1 }).then(() => undefined),
      ]);
      if (first === undefined) await advanceClock(shared.server, 20_000);
    });
    expect((await waiting).flatMap(bodies).toSorted()).toEqual(['one', 'two']);
  });

  test('wakes who waits when a hidden message comes back and when a delay is over', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs, { VisibilityTimeout: '600' });
    await sendAll(sqs, queue, 'hidden');
    await receive(sqs, queue);
    await sqs.send(
      new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'delayed', DelaySeconds: 595 }),
    );
    await advanceClock(shared.server, 590_000);
    const [waited] = await Promise.all([
      receive(sqs, queue, { WaitTimeSeconds: 20, VisibilityTimeout: 0, MaxNumberOfMessages: 1 }),
      advanceClock(shared.server, 10_000),
    ]);
    expect(['delayed', 'hidden']).toContain(bodies(waited)[0]);
    expect(bodies(await receive(sqs, queue)).toSorted()).toEqual(['delayed', 'hidden']);
  });

  test('answers nothing when the time is over', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    expect(await receive(sqs, queue, { WaitTimeSeconds: 1 })).toEqual([]);
  });

  test('leaves out what is past its retention', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs, { MessageRetentionPeriod: '60' });
    await sendAll(sqs, queue, 'old');
    await advanceClock(shared.server, 30_000);
    await sendAll(sqs, queue, 'new');
    await advanceClock(shared.server, 30_000);
    expect(await counts(sqs, queue)).toEqual([1, 0, 0]);
    expect(bodies(await receive(sqs, queue))).toEqual(['new']);
  });

  test.each([
    [
      { MaxNumberOfMessages: 11 },
      'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
    ],
    [
      { WaitTimeSeconds: 21 },
      'Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.',
    ],
    [
      { VisibilityTimeout: 43_201 },
      'Value 43201 for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if provided.',
    ],
  ])('refuses %j', async (input, message) => {
    const queue = await makeQueue(shared.server.sqs);
    expect(await refusal(receive(shared.server.sqs, queue, input))).toEqual({
      code: 'InvalidParameterValue',
      message,
      status: 400,
    });
  });
});

describe('DeleteMessage', () => {
  test('deletes, and again is as good', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    await sendAll(sqs, queue, 'a');
    const [message] = await receive(sqs, queue);
    await remove(queue, message?.ReceiptHandle);
    await remove(queue, message?.ReceiptHandle);
    await advanceClock(shared.server, 60_000);
    expect(await receive(sqs, queue)).toEqual([]);
  });

  test('takes an expired receipt, but not one of an earlier receive', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    await sendAll(sqs, queue, 'a');
    const [first] = await receive(sqs, queue, { VisibilityTimeout: 0 });
    const [second] = await receive(sqs, queue, { VisibilityTimeout: 0 });
    await remove(queue, first?.ReceiptHandle);
    expect(await counts(sqs, queue)).toEqual([1, 0, 0]);
    await remove(queue, second?.ReceiptHandle);
    expect(await counts(sqs, queue)).toEqual([0, 0, 0]);
  });

  test('refuses what is no receipt of this queue', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    const other = await makeQueue(sqs);
    await sendAll(sqs, other, 'a');
    const [message] = await receive(sqs, other);
    for (const handle of ['garbage', message?.ReceiptHandle ?? '']) {
      expect(await refusal(remove(queue, handle))).toEqual({
        code: 'ReceiptHandleIsInvalid',
        message: `The input receipt handle "${handle}" is not a valid receipt handle.`,
        status: 404,
      });
    }
    expect(await counts(sqs, other)).toEqual([0, 1, 0]);
  });
});

describe('ChangeMessageVisibility', () => {
  test('hides longer, or shows at once, from now on', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    await sendAll(sqs, queue, 'a');
    const [message] = await receive(sqs, queue);
    await hide(queue, message, 600);
    await advanceClock(shared.server, 60_000);
    expect(await receive(sqs, queue)).toEqual([]);
    await hide(queue, message, 0);
    expect(bodies(await receive(sqs, queue))).toEqual(['a']);
  });

  test('refuses what is gone, and more than twelve hours in all', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    await sendAll(sqs, queue, 'a');
    const [message] = await receive(sqs, queue);
    expect(await refusal(hide(queue, message, 43_201))).toMatchObject({ code: 'InvalidParameterValue' });
    await advanceClock(shared.server, 10_000);
    expect(await refusal(hide(queue, message, 43_200))).toEqual({
      code: 'InvalidParameterValue',
      message:
        'Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
      status: 400,
    });
    await remove(queue, message?.ReceiptHandle);
    expect(await refusal(hide(queue, message, 1))).toEqual({
      code: 'InvalidParameterValue',
      message: `Value ${message?.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
      status: 400,
    });
  });
});

describe('batches of receipts', () => {
  test('settle entry by entry', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    await sendAll(sqs, queue, 'a', 'b');
    const [a, b] = await receive(sqs, queue);
    const changed = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: queue.url,
        Entries: [
          { Id: 'a', ReceiptHandle: a?.ReceiptHandle, VisibilityTimeout: 600 },
          { Id: 'bad', ReceiptHandle: 'x', VisibilityTimeout: 1 },
          { Id: 'long', ReceiptHandle: b?.ReceiptHandle, VisibilityTimeout: 43_201 },
        ],
      }),
    );
    expect(changed.Successful).toEqual([{ Id: 'a' }]);
    expect(changed.Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([
      ['bad', 'ReceiptHandleIsInvalid'],
      ['long', 'InvalidParameterValue'],
    ]);
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queue.url,
        Entries: [
          { Id: 'b', ReceiptHandle: b?.ReceiptHandle },
          { Id: 'none', ReceiptHandle: ' ' },
        ],
      }),
    );
    expect(deleted.Successful).toEqual([{ Id: 'b' }]);
    expect(deleted.Failed).toEqual([
      {
        Id: 'none',
        SenderFault: true,
        Code: 'MissingParameter',
        Message: 'The request must contain the parameter ReceiptHandle.',
      },
    ]);
    expect(await counts(sqs, queue)).toEqual([0, 1, 0]);
  });
});

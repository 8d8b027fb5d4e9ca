import { DeleteMessageCommand, type Message, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { bodies, makeQueue, receive, type TestQueue } from '../../support/queues.ts';
import { useServer } from './sqs-fixtures.ts';

const shared = useServer();

/** Messages of a group in a standard queue, ten at a time. */
async function sendMany(queue: TestQueue, group: string | undefined, count: number): Promise<void> {
  for (let first = 0; first < count; first += 10) {
    const Entries = Array.from({ length: Math.min(10, count - first) }, (_, index) => ({
      Id: String(index),
      MessageBody: `${group ?? 'none'}-${first + index}`,
      ...(group !== undefined && { MessageGroupId: group }),
    }));
    await shared.server.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
  }
}

async function take(queue: TestQueue, most: number): Promise<string[]> {
  const { sqs } = shared.server;
  const messages: readonly Message[] = await receive(sqs, queue, { MaxNumberOfMessages: most });
  for (const { ReceiptHandle } of messages)
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
  return bodies(messages);
}

test('a noisy group does not delay the messages of others', async () => {
  const queue = await makeQueue(shared.server.sqs);
  await sendMany(queue, 'noisy', 200);
  await sendMany(queue, 'calm', 3);
  await sendMany(queue, 'quiet', 2);
  const first = await take(queue, 10);
  expect(first).toHaveLength(10);
  expect(first).toEqual(expect.arrayContaining(['calm-0', 'quiet-0', 'noisy-0']));
  // One at a time: everyone in turn.
  const next: string[] = [];
  for (let turn = 0; turn < 4; turn += 1) next.push(...(await take(queue, 1)));
  expect(next).toEqual(expect.arrayContaining(['calm-1', 'quiet-1']));
});

test('every message of every group is received once, those without a group too', async () => {
  const queue = await makeQueue(shared.server.sqs);
  await sendMany(queue, 'a', 30);
  await sendMany(queue, undefined, 20);
  await sendMany(queue, 'b', 15);
  const received: string[] = [];
  for (let before = -1; before < received.length; ) {
    before = received.length;
    received.push(...(await take(queue, 10)));
  }
  const sent = [
    ...Array.from({ length: 30 }, (_, n) => `a-${n}`),
    ...Array.from({ length: 20 }, (_, n) => `none-${n}`),
    ...Array.from({ length: 15 }, (_, n) => `b-${n}`),
  ];
  expect(received.toSorted()).toEqual(sent.toSorted());
});

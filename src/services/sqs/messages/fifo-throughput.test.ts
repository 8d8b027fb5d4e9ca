import { expect, test } from 'vitest';
import { contextOf } from '../../../../test/support/request-context.ts';
import { ephemeralStore } from '../../../../test/support/stored-functions.ts';
import { MovableClock } from '../../../model/clock.ts';
import { QueuesRuntime } from '../queues-runtime.ts';
import { createSqsService } from '../sqs-service.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import { FifoThroughput } from './fifo-throughput.ts';

function queueOf(change: Partial<StoredQueue>): StoredQueue {
  return { id: 1, isFifo: true, attributes: {}, ...change } as StoredQueue;
}

/** How many of so many calls are let through. */
function taken(calls: number, take: () => void): number {
  let count = 0;
  for (let call = 0; call < calls; call += 1) {
    try {
      take();
      count += 1;
    } catch (error) {
      expect(error).toMatchObject({ code: 'RequestThrottled' });
    }
  }
  return count;
}

test('300 calls of each kind a second, for each FIFO queue or for each of its groups', () => {
  let nowMs = 5_000;
  const throughput = new FifoThroughput(() => nowMs);
  const queue = queueOf({});
  expect(taken(500, () => throughput.take(queue, 'SendMessage', ['a']))).toBe(300);
  expect(taken(1, () => throughput.take(queue, 'SendMessage', ['b']))).toBe(0);
  expect(taken(500, () => throughput.take(queue, 'ReceiveMessage'))).toBe(300);
  expect(taken(500, () => throughput.take(queueOf({ id: 2 }), 'SendMessage', ['a']))).toBe(300);
  expect(taken(500, () => throughput.take(queueOf({ isFifo: false }), 'SendMessage'))).toBe(500);
  const high = queueOf({ id: 3, attributes: { FifoThroughputLimit: 'perMessageGroupId' } });
  expect(taken(500, () => throughput.take(high, 'SendMessage', ['a', 'a']))).toBe(300);
  expect(taken(500, () => throughput.take(high, 'SendMessage', ['b']))).toBe(300);
  expect(taken(1, () => throughput.take(high, 'SendMessage', ['a', 'c']))).toBe(0);
  expect(taken(500, () => throughput.take(high, 'DeleteMessage'))).toBe(500);
  nowMs = 6_000;
  expect(taken(500, () => throughput.take(queue, 'SendMessage', ['a']))).toBe(300);
});

test('every operation on messages counts', async () => {
  const store = await ephemeralStore();
  const queues = new QueuesRuntime({
    store,
    clock: new MovableClock(),
    identities: { policiesOf: () => undefined },
    owner: 'test',
    onDenied: () => undefined,
    onNotice: () => undefined,
  });
  const { operations } = createSqsService(queues);
  const call = async (operation: string, input: object): Promise<unknown> =>
    await operations[operation]?.(input, contextOf('sqs', operation));
  await call('CreateQueue', { QueueName: 'q.fifo', Attributes: { FifoQueue: 'true' } });
  const QueueUrl = 'http://localhost:4566/000000000000/q.fifo';
  const asked: Readonly<Record<string, object>> = {
    SendMessage: {},
    SendMessageBatch: { Entries: [] },
    ReceiveMessage: {},
    DeleteMessage: {},
    DeleteMessageBatch: { Entries: [] },
    ChangeMessageVisibility: {},
    ChangeMessageVisibilityBatch: { Entries: [] },
  };
  for (const [operation, input] of Object.entries(asked)) {
    // All of them are over within two seconds of the clock, so one of these has more than three hundred.
    const codes = new Set<unknown>();
    for (let n = 0; n < 1_000; n += 1) {
      const error: unknown = await call(operation, { QueueUrl, ...input }).catch((thrown: unknown) => thrown);
      codes.add((error as { readonly code?: string } | undefined)?.code);
    }
    expect([...codes], operation).toContain('RequestThrottled');
  }
  await store.close();
});

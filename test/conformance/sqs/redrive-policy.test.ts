import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { beside } from '../../support/beside.ts';
import { advanceClock } from '../../support/async-events.ts';
import { sendToGroup } from '../../support/fifo.ts';
import {
  bodies,
  makeQueue,
  nextMessage,
  receive,
  sendAll,
  type TestQueue,
  withDeadLetters,
} from '../../support/queues.ts';
import { refusal, useServer } from './sqs-fixtures.ts';

const shared = useServer();

async function refusedPolicy(policy: unknown): Promise<{ code: string; message: string }> {
  const RedrivePolicy = typeof policy === 'string' ? policy : JSON.stringify(policy);
  const { code, message } = await refusal(
    shared.server.sqs.send(new CreateQueueCommand({ QueueName: 'refused', Attributes: { RedrivePolicy } })),
  );
  return {
    code,
    message: message.replace(`Value ${RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: `, ''),
  };
}

async function set(queue: TestQueue, Attributes: Record<string, string>): Promise<void> {
  await shared.server.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes }));
}

describe('RedrivePolicy', () => {
  const ARN = 'arn:aws:sqs:us-east-1:000000000000:nowhere';

  test.each([
    [{}, 'Redrive policy does not contain mandatory attribute: maxReceiveCount.'],
    [{ maxReceiveCount: 5 }, 'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.'],
    [
      { deadLetterTargetArn: ARN, maxReceiveCount: 1001 },
      'Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive.',
    ],
    [{ deadLetterTargetArn: 'dummy', maxReceiveCount: 42 }, 'Invalid value for deadLetterTargetArn.'],
    [
      { deadLetterTargetArn: ARN.replace('sqs', 'sns'), maxReceiveCount: 5 },
      'Only SQS queues are valid resources for deadLetterTargetArn.',
    ],
    [
      { deadLetterTargetArn: `${ARN}.fifo`, maxReceiveCount: 5 },
      'Dead-letter queue must be same type of queue as the source..',
    ],
    [{ deadLetterTargetArn: ARN, maxReceiveCount: 5 }, 'Dead letter target does not exist.'],
    [
      { deadLetterTargetArn: ARN, maxReceiveCount: 5, more: 1 },
      'Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn].',
    ],
    [
      { deadLetterTargetArn: ARN.replace('000000000000', '111111111111'), maxReceiveCount: 5 },
      'Dead-letter target owner should be same as the source.',
    ],
  ])('refuses %j', async (policy, message) => {
    expect(await refusedPolicy(policy)).toEqual({ code: 'InvalidParameterValue', message });
  });

  test('refuses what is no JSON', async () => {
    expect(await refusedPolicy('no json')).toEqual({
      code: 'InvalidAttributeValue',
      message:
        'Invalid value for the parameter RedrivePolicy. Reason: Redrive policy is not a valid JSON map.',
    });
  });

  test('moves a message that was received too often, with its id and its count', async () => {
    const { sqs } = shared.server;
    const dead = await makeQueue(sqs);
    const queue = await withDeadLetters(sqs, dead, 2, { VisibilityTimeout: '0' });
    const [id] = await sendAll(sqs, queue, 'poison');
    expect(bodies(await receive(sqs, queue))).toEqual(['poison']);
    expect(bodies(await receive(sqs, queue))).toEqual(['poison']);
    expect(await receive(sqs, dead)).toEqual([]);
    expect(await receive(sqs, queue)).toEqual([]);
    const [letter] = await receive(sqs, dead);
    expect(letter).toMatchObject({
      MessageId: id,
      Body: 'poison',
      Attributes: { ApproximateReceiveCount: '3', DeadLetterQueueSourceArn: queue.arn },
    });
  });

  test('wakes a receiver that waits for dead letters', async () => {
    const { sqs } = shared.server;
    const dead = await makeQueue(sqs);
    const queue = await withDeadLetters(sqs, dead, 1, { VisibilityTimeout: '0' });
    await sendAll(sqs, queue, 'poison');
    const waiting = nextMessage(sqs, dead);
    await beside(waiting, async () => {
      expect(bodies(await receive(sqs, queue))).toEqual(['poison']);
      expect(await receive(sqs, queue)).toEqual([]);
    });
    expect((await waiting).Body).toBe('poison');
  });

  test('a FIFO queue buries in order, and goes on with what is behind', async () => {
    const { sqs } = shared.server;
    const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
    const dead = await makeQueue(sqs, fifo);
    const queue = await withDeadLetters(sqs, dead, 1, { ...fifo, VisibilityTimeout: '1' });
    await sendToGroup(sqs, queue, 'g', 'one', 'two');
    expect(bodies(await receive(sqs, queue))).toEqual(['one', 'two']);
    await sendToGroup(sqs, queue, 'g', 'three');
    await advanceClock(shared.server, 1000);
    expect(bodies(await receive(sqs, queue))).toEqual(['three']);
    expect(bodies(await receive(sqs, dead))).toEqual(['one', 'two']);
  });
});

describe('RedriveAllowPolicy', () => {
  const UNSUPPORTED =
    "Invalid value for the parameter RedriveAllowPolicy. Reason: Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format.";

  test.each([
    'no json',
    '[]',
    '{}',
    '{"redrivePermission":"maybe"}',
    '{"redrivePermission":"allowAll","x":1}',
  ])('refuses %s', async (text) => {
    const queue = await makeQueue(shared.server.sqs);
    expect(await refusal(set(queue, { RedriveAllowPolicy: text }))).toEqual({
      code: 'InvalidAttributeValue',
      message: UNSUPPORTED,
      status: 400,
    });
  });

  test('wants sources for byQueue, and only for that', async () => {
    const queue = await makeQueue(shared.server.sqs);
    for (const [policy, reason] of [
      [
        { redrivePermission: 'byQueue' },
        'When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values.',
      ],
      [
        { redrivePermission: 'denyAll', sourceQueueArns: [queue.arn] },
        'To specify one or more source queue ARNs, you must set redrivePermission to byQueue.',
      ],
    ] as const) {
      const text = JSON.stringify(policy);
      expect(await refusal(set(queue, { RedriveAllowPolicy: text }))).toMatchObject({
        code: 'InvalidParameterValue',
        message: `Value ${text} for parameter RedriveAllowPolicy is invalid. Reason: Amazon SQS can't create the redrive allow policy. ${reason}`,
      });
    }
  });

  test('says who may name the queue, and a message stays where it may not go', async () => {
    const { sqs } = shared.server;
    const dead = await makeQueue(sqs);
    const queue = await withDeadLetters(sqs, dead, 1, { VisibilityTimeout: '0' });
    await set(dead, { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    await expect(withDeadLetters(sqs, dead, 1)).rejects.toThrow('does not allow this queue as a source');
    await sendAll(sqs, queue, 'stays');
    for (let times = 0; times < 3; times += 1) expect(bodies(await receive(sqs, queue))).toEqual(['stays']);
    const RedriveAllowPolicy = JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [queue.arn] });
    await set(dead, { RedriveAllowPolicy });
    expect(await receive(sqs, queue)).toEqual([]);
    expect(bodies(await receive(sqs, dead))).toEqual(['stays']);
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: dead.url, AttributeNames: ['RedriveAllowPolicy'] }),
    );
    expect(Attributes).toEqual({ RedriveAllowPolicy });
  });
});

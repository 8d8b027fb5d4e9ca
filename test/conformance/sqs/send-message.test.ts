import { createHash } from 'node:crypto';
import {
  type MessageAttributeValue,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { advanceClock, withFrozenClock } from '../../support/async-events.ts';
import { bodies, counts, makeQueue, receive, type TestQueue } from '../../support/queues.ts';
import { NO_QUEUE, refusal, useServer } from './sqs-fixtures.ts';

const shared = useServer();

async function send(queue: TestQueue, input: Partial<SendMessageCommandInput> = {}) {
  return await shared.server.sqs.send(
    new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'hello', ...input }),
  );
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

describe('SendMessage', () => {
  test('keeps the trace of its request, unless the message has one of its own', async () => {
    const queue = await makeQueue(shared.server.sqs);
    const traced = async (more: object): Promise<object> => {
      const answer = await fetch(shared.server.endpoint, {
        method: 'POST',
        headers: {
          'x-amz-target': 'AmazonSQS.SendMessage',
          'content-type': 'application/x-amz-json-1.0',
          'x-amzn-trace-id': 'Root=1-5f84c3a1-0123456789abcdef01234567;Lineage=1:a87bd80c:2',
        },
        body: JSON.stringify({ QueueUrl: queue.url, MessageBody: 'x', ...more }),
      });
      return (await answer.json()) as object;
    };
    expect(await traced({})).not.toHaveProperty('MD5OfMessageSystemAttributes');
    const AWSTraceHeader = { DataType: 'String', StringValue: 'Root=mine' };
    expect(await traced({ MessageSystemAttributes: { AWSTraceHeader } })).toHaveProperty(
      'MD5OfMessageSystemAttributes',
    );
    const received = await receive(shared.server.sqs, queue);
    expect(received).toHaveLength(2);
    expect(new Set(received.map(({ Attributes }) => Attributes?.AWSTraceHeader))).toEqual(
      new Set(['Root=1-5f84c3a1-0123456789abcdef01234567;Lineage=1:a87bd80c:2', 'Root=mine']),
    );
  });

  test('answers with the digests of body, attributes and system attributes', async () => {
    const queue = await makeQueue(shared.server.sqs);
    // The client itself checks the digest of the body.
    const answer = await send(queue, {
      MessageBody: 'Test Message',
      MessageAttributes: { Hello: { DataType: 'String', StringValue: 'World' } },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'some-trace-id' } },
    });
    expect(answer).toMatchObject({
      MessageId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      MD5OfMessageBody: md5('Test Message'),
      MD5OfMessageAttributes: '7db7fb1ba7f41366a8ea5eb18220b26d',
      MD5OfMessageSystemAttributes: 'fdce4f2818803f2f73becc09a54792c0',
    });
    expect(answer).not.toHaveProperty('SequenceNumber');
    const number = await send(queue, {
      MessageAttributes: { UserId: { DataType: 'Number.bigint', StringValue: '1234567890123456789012' } },
    });
    expect(number.MD5OfMessageAttributes).toBe('797ab158d73dcb5242dedc4412c8e855');
  });

  test('takes a megabyte of any text, and not a byte more', async () => {
    const queue = await makeQueue(shared.server.sqs);
    const body = `ä€😀${'x'.repeat(1_048_576 - 9)}`;
    await send(queue, { MessageBody: body });
    const [message] = await receive(shared.server.sqs, queue);
    expect(message?.Body === body).toBe(true);
    expect(await refusal(send(queue, { MessageBody: `${body}x` }))).toEqual({
      code: 'InvalidParameterValue',
      message: 'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
      status: 400,
    });
  });

  test('counts attributes towards the size', async () => {
    const queue = await makeQueue(shared.server.sqs, { MaximumMessageSize: '1024' });
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'y'.repeat(500) } };
    await send(queue, { MessageBody: 'x'.repeat(517), MessageAttributes });
    expect(await refusal(send(queue, { MessageBody: 'x'.repeat(518), MessageAttributes }))).toMatchObject({
      message: 'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
    });
  });

  test("hides a delayed message until its time has come, the queue's delay or its own", async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs, { DelaySeconds: '60' });
    await withFrozenClock(shared.server, async () => {
      await send(queue, { MessageBody: 'by the queue' });
      await send(queue, { MessageBody: 'by itself', DelaySeconds: 10 });
      await send(queue, { MessageBody: 'at once', DelaySeconds: 0 });
      expect(await counts(sqs, queue)).toEqual([1, 0, 2]);
      expect(bodies(await receive(sqs, queue))).toEqual(['at once']);
      await advanceClock(shared.server, 9999);
      expect(await receive(sqs, queue)).toEqual([]);
      await advanceClock(shared.server, 1);
      expect(bodies(await receive(sqs, queue))).toEqual(['by itself']);
      await advanceClock(shared.server, 50_000);
      expect(bodies(await receive(sqs, queue))).toContain('by the queue');
    });
  });

  test.each<[Partial<SendMessageCommandInput>, string, string]>([
    [{ MessageBody: '' }, 'MissingParameter', 'The request must contain the parameter MessageBody.'],
    [
      { DelaySeconds: 901 },
      'InvalidParameterValue',
      'Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.',
    ],
    [
      { MessageBody: 'a\u0001b' },
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    ],
    [
      { MessageDeduplicationId: 'd' },
      'InvalidParameterValue',
      'Value d for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not valid for this queue type.',
    ],
    [
      { MessageSystemAttributes: { Hello: { DataType: 'String', StringValue: 'x' } } as never },
      'InvalidParameterValue',
      "Message system attribute name 'Hello' is invalid.",
    ],
  ])('refuses %j', async (input, code, message) => {
    const queue = await makeQueue(shared.server.sqs);
    expect(await refusal(send(queue, input))).toEqual({ code, message, status: 400 });
    expect(await counts(shared.server.sqs, queue)).toEqual([0, 0, 0]);
  });

  test.each<[string, MessageAttributeValue, string]>([
    [
      'Hello',
      { DataType: 'Number', StringValue: 'world' },
      "Can't cast the value of message (user) attribute 'Hello' to a number.",
    ],
    [
      'Hello',
      { DataType: 'String', StringValue: '' },
      "Message (user) attribute 'Hello' must contain a non-empty value of type 'String'.",
    ],
    [
      'Hello',
      { DataType: undefined },
      "The message (user) attribute 'Hello' must contain a non-empty message attribute value.",
    ],
    [
      'Hello',
      { DataType: 'Odd', StringValue: 'x' },
      "The type of message (user) attribute 'Hello' is invalid. You must use only the following supported type prefixes: Binary, Number, String.",
    ],
    [
      'Hello',
      { DataType: 'String', StringListValues: ['x'] },
      'Message attribute list values in SendMessage operation are not supported.',
    ],
    [
      'AWS.Hello',
      { DataType: 'String', StringValue: 'x' },
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon'. These strings are reserved for internal use.",
    ],
    [
      'a'.repeat(257),
      { DataType: 'String', StringValue: 'x' },
      'Message (user) attribute name must be shorter than 256 bytes.',
    ],
  ])('refuses the attribute %s of %j', async (name, value, message) => {
    const queue = await makeQueue(shared.server.sqs);
    expect(await refusal(send(queue, { MessageAttributes: { [name]: value } }))).toEqual({
      code: 'InvalidParameterValue',
      message,
      status: 400,
    });
  });

  test('refuses eleven attributes', async () => {
    const queue = await makeQueue(shared.server.sqs);
    const many = Array.from({ length: 11 }, (_, n) => [`a${n}`, { DataType: 'String', StringValue: 'x' }]);
    expect(
      await refusal(send(queue, { MessageAttributes: Object.fromEntries(many) as never })),
    ).toMatchObject({
      message: 'Number of message attributes [11] exceeds the allowed maximum [10].',
    });
  });

  test('knows no queue but those there are, whatever host its URL names', async () => {
    const queue = await makeQueue(shared.server.sqs);
    await send({ ...queue, url: queue.name });
    const elsewhere = new URL(queue.url).pathname;
    await shared.server.sqs.send(
      new SendMessageCommand({
        QueueUrl: `${shared.server.endpoint}/queue/us-east-1${elsewhere}`,
        MessageBody: 'x',
      }),
    );
    expect(await counts(shared.server.sqs, queue)).toEqual([2, 0, 0]);
    expect(await refusal(send({ ...queue, url: `${queue.url}x` }))).toEqual(NO_QUEUE);
    expect(await refusal(send({ ...queue, url: `${shared.server.endpoint}/nobody/q` }))).toMatchObject({
      code: 'InvalidAddress',
      status: 404,
    });
  });
});

describe('SendMessageBatch', () => {
  async function sendBatch(queue: TestQueue, Entries: SendMessageBatchRequestEntry[]) {
    return await shared.server.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
  }

  test('sends what it can, and says of each entry what is wrong with it', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    const { Successful, Failed } = await sendBatch(queue, [
      { Id: 'good', MessageBody: 'one' },
      { Id: 'late', MessageBody: 'two', DelaySeconds: 901 },
      { Id: 'empty', MessageBody: '' },
      { Id: 'also-good', MessageBody: 'three' },
    ]);
    expect(Successful?.map(({ Id, MD5OfMessageBody }) => [Id, MD5OfMessageBody])).toEqual([
      ['good', md5('one')],
      ['also-good', md5('three')],
    ]);
    expect(Failed).toEqual([
      {
        Id: 'late',
        SenderFault: true,
        Code: 'InvalidParameterValue',
        Message:
          'Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.',
      },
      {
        Id: 'empty',
        SenderFault: true,
        Code: 'MissingParameter',
        Message: 'The request must contain the parameter MessageBody.',
      },
    ]);
    expect(bodies(await receive(sqs, queue))).toEqual(['one', 'three']);
  });

  const entries = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ Id: `e${n}`, MessageBody: 'x' }));

  test.each<[SendMessageBatchRequestEntry[], string, string]>([
    [[], 'EmptyBatchRequest', 'There should be at least one SendMessageBatchRequestEntry in the request.'],
    [
      entries(11),
      'TooManyEntriesInBatchRequest',
      'Maximum number of entries per request are 10. You have sent 11.',
    ],
    [
      [{ Id: 'a b', MessageBody: 'x' }],
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    ],
    [
      [
        { Id: 'a', MessageBody: 'x' },
        { Id: 'a', MessageBody: 'y' },
      ],
      'BatchEntryIdsNotDistinct',
      'Id a repeated.',
    ],
    [
      [
        { Id: 'a', MessageBody: 'x'.repeat(600_000) },
        { Id: 'b', MessageBody: 'x'.repeat(600_000) },
      ],
      'BatchRequestTooLong',
      'Batch requests cannot be longer than 1048576 bytes. You have sent 1200000 bytes.',
    ],
  ])('refuses a batch that is wrong as a whole (case %#)', async (batch, code, message) => {
    const queue = await makeQueue(shared.server.sqs);
    expect(await refusal(sendBatch(queue, batch))).toEqual({
      code: `AWS.SimpleQueueService.${code}`,
      message,
      status: 400,
    });
    expect(await counts(shared.server.sqs, queue)).toEqual([0, 0, 0]);
  });
});

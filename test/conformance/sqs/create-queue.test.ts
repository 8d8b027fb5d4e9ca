import {
  CreateQueueCommand,
  type CreateQueueCommandInput,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { advanceClock } from '../../support/async-events.ts';
import { makeQueue } from '../../support/queues.ts';
import { refusal, useServer } from './sqs-fixtures.ts';

const shared = useServer();
const create = async (input: CreateQueueCommandInput) =>
  await shared.server.sqs.send(new CreateQueueCommand(input));

describe('CreateQueue', () => {
  test('creates a queue with defaults, and a URL on the endpoint', async () => {
    const { QueueUrl } = await create({ QueueName: 'plain', tags: { team: 'a' } });
    expect(QueueUrl).toBe(`${shared.server.endpoint}/000000000000/plain`);
    const { Attributes } = await shared.server.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes).toEqual({
      QueueArn: 'arn:aws:sqs:us-east-1:000000000000:plain',
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
      LastModifiedTimestamp: expect.stringMatching(/^\d{10}$/),
      VisibilityTimeout: '30',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '0',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
    });
    const { Tags } = await shared.server.sqs.send(new ListQueueTagsCommand({ QueueUrl }));
    expect(Tags).toEqual({ team: 'a' });
  });

  test('creates a FIFO queue with its own attributes', async () => {
    const { url } = await makeQueue(shared.server.sqs, {
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
    });
    const { Attributes } = await shared.server.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
  });

  test('gives the same URL for the same queue, and refuses another one of that name', async () => {
    const Attributes = { DelaySeconds: '1' };
    const first = await create({ QueueName: 'again', Attributes });
    expect((await create({ QueueName: 'again', Attributes })).QueueUrl).toBe(first.QueueUrl);
    expect((await create({ QueueName: 'again' })).QueueUrl).toBe(first.QueueUrl);
    expect(await refusal(create({ QueueName: 'again', Attributes: { DelaySeconds: '2' } }))).toEqual({
      code: 'QueueAlreadyExists',
      message: 'A queue already exists with the same name and a different value for attribute DelaySeconds',
      status: 400,
    });
  });

  test('holds the name of a deleted queue for a minute', async () => {
    const { QueueUrl } = await create({ QueueName: 'short-lived', tags: { old: 'yes' } });
    await shared.server.sqs.send(new DeleteQueueCommand({ QueueUrl }));
    expect(await refusal(create({ QueueName: 'short-lived' }))).toEqual({
      code: 'AWS.SimpleQueueService.QueueDeletedRecently',
      message:
        'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
      status: 400,
    });
    await advanceClock(shared.server, 60_000);
    expect((await create({ QueueName: 'short-lived' })).QueueUrl).toBe(QueueUrl);
    const { Tags } = await shared.server.sqs.send(new ListQueueTagsCommand({ QueueUrl }));
    expect(Tags).toEqual({});
  });

  test.each([
    [
      'in.fo',
      undefined,
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    ],
    [
      'x'.repeat(81),
      undefined,
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    ],
    [
      'a.fifo',
      undefined,
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    ],
    [
      'a',
      'true',
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    ],
    ['', undefined, 'Value for parameter QueueName is invalid. Reason: Must specify a queue name.'],
  ])('refuses the name %j with FifoQueue %j', async (QueueName, FifoQueue, message) => {
    const Attributes = FifoQueue === undefined ? {} : { FifoQueue };
    expect(await refusal(create({ QueueName, Attributes }))).toEqual({
      code: 'InvalidParameterValue',
      message,
      status: 400,
    });
  });

  test.each([
    ['DelaySeconds', '901'],
    ['DelaySeconds', '-1'],
    ['DelaySeconds', ' 6'],
    ['MaximumMessageSize', '1023'],
    ['MaximumMessageSize', '1048577'],
    ['MessageRetentionPeriod', '59'],
    ['MessageRetentionPeriod', '1209601'],
    ['ReceiveMessageWaitTimeSeconds', '21'],
    ['VisibilityTimeout', '43201'],
    ['VisibilityTimeout', '1.5'],
    ['SqsManagedSseEnabled', 'maybe'],
    ['Policy', 'no json'],
    ['Policy', '{"Version":"2012-10-17","Statement":[]}'],
  ])('refuses %s of %j', async (name, value) => {
    expect(await refusal(create({ QueueName: 'refused', Attributes: { [name]: value } }))).toEqual({
      code: 'InvalidAttributeValue',
      message: `Invalid value for the parameter ${name}.`,
      status: 400,
    });
  });

  test.each([
    ['Colour', 'red'],
    ['ContentBasedDeduplication', 'true'],
    ['FifoQueue', 'false'],
  ])('knows no attribute %s of %j for a standard queue', async (name, value) => {
    expect(await refusal(create({ QueueName: 'refused', Attributes: { [name]: value } }))).toEqual({
      code: 'InvalidAttributeName',
      message: `Unknown Attribute ${name}.`,
      status: 400,
    });
  });

  test('limits throughput per group only where ids count per group', async () => {
    const Attributes = { FifoQueue: 'true', FifoThroughputLimit: 'perMessageGroupId' };
    expect(await refusal(create({ QueueName: 'fast.fifo', Attributes }))).toMatchObject({
      code: 'InvalidAttributeValue',
    });
    await create({
      QueueName: 'fast.fifo',
      Attributes: { ...Attributes, DeduplicationScope: 'messageGroup' },
    });
  });

  test('says what is not built rather than forgetting it', async () => {
    const Attributes = { KmsMasterKeyId: 'alias/aws/sqs' };
    expect(await refusal(create({ QueueName: 'secret', Attributes }))).toEqual({
      code: 'AWS.SimpleQueueService.UnsupportedOperation',
      message: 'Lambent does not implement the attribute KmsMasterKeyId yet.',
      status: 400,
    });
  });

  test('a refused queue is not there', async () => {
    expect(
      await refusal(
        shared.server.sqs.send(
          new GetQueueAttributesCommand({ QueueUrl: `${shared.server.endpoint}/000000000000/refused` }),
        ),
      ),
    ).toMatchObject({ code: 'AWS.SimpleQueueService.NonExistentQueue' });
  });
});

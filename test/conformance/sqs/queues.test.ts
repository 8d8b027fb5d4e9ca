import {
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { advanceClock } from '../../support/async-events.ts';
import { bodies, counts, makeQueue, receive, sendAll, withDeadLetters } from '../../support/queues.ts';
import { NO_QUEUE, refusal, useServer } from './sqs-fixtures.ts';

const shared = useServer();

describe('GetQueueUrl', () => {
  test('finds a queue by name, and by its owner', async () => {
    const queue = await makeQueue(shared.server.sqs);
    const find = async (QueueOwnerAWSAccountId?: string) =>
      await shared.server.sqs.send(new GetQueueUrlCommand({ QueueName: queue.name, QueueOwnerAWSAccountId }));
    expect((await find()).QueueUrl).toBe(queue.url);
    expect((await find('000000000000')).QueueUrl).toBe(queue.url);
    expect(await refusal(find('111111111111'))).toEqual(NO_QUEUE);
  });
});

describe('ListQueues', () => {
  test('lists by prefix, page by page', async () => {
    const { sqs, endpoint } = shared.server;
    const made = await Promise.all([makeQueue(sqs), makeQueue(sqs), makeQueue(sqs)]);
    const urls = made.map(({ url }) => url);
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    expect(QueueUrls).toEqual(expect.arrayContaining(urls));
    const prefix = made[0]?.name.slice(0, 20) ?? '';
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: prefix }))).QueueUrls).toEqual([urls[0]]);
    expect(await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'nothing%' }))).not.toHaveProperty(
      'QueueUrls',
    );
    const found: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await sqs.send(new ListQueuesCommand({ MaxResults: 2, NextToken }));
      expect(page.QueueUrls?.length).toBeLessThanOrEqual(2);
      found.push(...(page.QueueUrls ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(found).toEqual(QueueUrls);
    expect(found.every((url) => url.startsWith(`${endpoint}/000000000000/`))).toBe(true);
    expect(await refusal(sqs.send(new ListQueuesCommand({ NextToken: 'made up' })))).toMatchObject({
      code: 'InvalidParameterValue',
    });
  });
});

describe('SetQueueAttributes', () => {
  test('takes effect at once, and shows what was set', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    await sqs.send(
      new SetQueueAttributesCommand({
        QueueUrl: queue.url,
        Attributes: { VisibilityTimeout: '0', MaximumMessageSize: '1024' },
      }),
    );
    await sendAll(sqs, queue, 'a');
    await receive(sqs, queue);
    expect(bodies(await receive(sqs, queue))).toEqual(['a']);
    expect(await refusal(sendAll(sqs, queue, 'x'.repeat(1025)))).toMatchObject({
      code: 'InvalidParameterValue',
    });
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queue.url,
        AttributeNames: ['VisibilityTimeout', 'QueueArn'],
      }),
    );
    expect(Attributes).toEqual({ VisibilityTimeout: '0', QueueArn: queue.arn });
  });

  test('refuses what it does not know or cannot change, and changes nothing then', async () => {
    const { sqs } = shared.server;
    const [standard, fifo] = [await makeQueue(sqs), await makeQueue(sqs, { FifoQueue: 'true' })];
    const set = async (QueueUrl: string, Attributes: Record<string, string>) =>
      await refusal(sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes })));
    expect(await set(standard.url, { VisibilityTimeout: '5', Colour: 'red' })).toMatchObject({
      code: 'InvalidAttributeName',
      message: 'Unknown Attribute Colour.',
    });
    expect(await set(standard.url, { FifoQueue: 'true' })).toMatchObject({
      code: 'InvalidAttributeName',
      message: 'Unknown Attribute FifoQueue.',
    });
    expect(await set(fifo.url, { FifoQueue: 'false' })).toMatchObject({
      code: 'InvalidAttributeValue',
      message: 'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    });
    expect(await set(`${standard.url}x`, { VisibilityTimeout: '5' })).toEqual(NO_QUEUE);
    const asked = { QueueUrl: standard.url, AttributeNames: ['VisibilityTimeout' as const] };
    expect((await sqs.send(new GetQueueAttributesCommand(asked))).Attributes).toEqual({
      VisibilityTimeout: '30',
    });
    expect(
      await refusal(sqs.send(new GetQueueAttributesCommand({ ...asked, AttributeNames: ['Odd' as 'All'] }))),
    ).toMatchObject({ code: 'InvalidAttributeName', message: 'Unknown Attribute Odd.' });
  });
});

describe('PurgeQueue', () => {
  test('empties the queue at once, in flight and delayed included, and again after a minute', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    await sendAll(sqs, queue, 'a', 'b');
    const [inFlight] = await receive(sqs, queue, { MaxNumberOfMessages: 1 });
    expect(inFlight).toBeDefined();
    const purge = async () => await sqs.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
    await purge();
    expect(await counts(sqs, queue)).toEqual([0, 0, 0]);
    await sendAll(sqs, queue, 'after');
    expect(await refusal(purge())).toEqual({
      code: 'AWS.SimpleQueueService.PurgeQueueInProgress',
      message: `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
      status: 403,
    });
    await advanceClock(shared.server, 60_000);
    expect(bodies(await receive(sqs, queue))).toEqual(['after']);
    await purge();
  });
});

describe('DeleteQueue', () => {
  test('takes everything with it, and answers who waits', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    const deleteLater = async (): Promise<void> => {
      // The receiver has to be there first.
      await receive(sqs, queue, { WaitTimeSeconds: 1 });
      await sqs.send(new DeleteQueueCommand({ QueueUrl: queue.url }));
    };
    const [waited] = await Promise.all([receive(sqs, queue, { WaitTimeSeconds: 20 }), deleteLater()]);
    expect(waited).toEqual([]);
    expect(await refusal(receive(sqs, queue))).toEqual(NO_QUEUE);
    expect(await refusal(sendAll(sqs, queue, 'x'))).toEqual(NO_QUEUE);
    expect(await refusal(sqs.send(new DeleteQueueCommand({ QueueUrl: queue.url })))).toEqual(NO_QUEUE);
  });
});

describe('tags', () => {
  test('are added, overwritten and taken away', async () => {
    const { sqs } = shared.server;
    const { url: QueueUrl } = await makeQueue(sqs);
    const tags = async () => (await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags;
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { tag1: 'value1', tag2: 'value2', tag3: '' } }));
    expect(await tags()).toEqual({ tag1: 'value1', tag2: 'value2', tag3: '' });
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { tag2: 'new' } }));
    await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['tag1', 'tag3', 'never'] }));
    expect(await tags()).toEqual({ tag2: 'new' });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, 'v']));
    expect(await refusal(sqs.send(new TagQueueCommand({ QueueUrl, Tags: many })))).toMatchObject({
      code: 'InvalidParameterValue',
    });
    expect(await tags()).toEqual({ tag2: 'new' });
  });
});

describe('ListDeadLetterSourceQueues', () => {
  test('names the queues that send their dead letters here', async () => {
    const { sqs } = shared.server;
    const dead = await makeQueue(sqs);
    const sources = [await withDeadLetters(sqs, dead, 1), await withDeadLetters(sqs, dead, 2)];
    const list = async (MaxResults?: number, NextToken?: string) =>
      await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.url, MaxResults, NextToken }));
    const urls = sources.map(({ url }) => url).toSorted();
    expect((await list()).queueUrls).toEqual(urls);
    const first = await list(1);
    expect(first.queueUrls).toEqual(urls.slice(0, 1));
    expect((await list(1, first.NextToken)).queueUrls).toEqual(urls.slice(1));
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: urls[0], Attributes: { RedrivePolicy: '' } }));
    expect((await list()).queueUrls).toEqual(urls.slice(1));
  });
});

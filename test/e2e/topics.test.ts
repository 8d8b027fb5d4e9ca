import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createVerify, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  type SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { advanceClock, RECORDER, recordedRuns, withFrozenClock } from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { clientFor, makeQueue, queueClientFor, type TestQueue } from '../support/sns.ts';

/** Servers are started in the tests themselves, which takes its time where much else goes on. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let server: TestServer;
let sns: SNSClient;
let sqs: SQSClient;
let made = 0;

beforeAll(async () => {
  server = await startServer();
  sns = clientFor(server);
  sqs = queueClientFor(server);
});
afterAll(async () => {
  sns.destroy();
  sqs.destroy();
  expect(await server.stop()).toBe(0);
});

/** Unique in each try. */
const unique = (name: string): string => `${name}-${(made += 1)}`;
const topic = async (Attributes: Record<string, string> = {}): Promise<string> => {
  const Name = unique('topic') + (Attributes['FifoTopic'] === 'true' ? '.fifo' : '');
  return (await sns.send(new CreateTopicCommand({ Name, Attributes }))).TopicArn ?? '';
};
const subscribe = async (
  TopicArn: string,
  Endpoint: string,
  Attributes: Record<string, string> = {},
  Protocol = 'sqs',
): Promise<string> =>
  (await sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes }))).SubscriptionArn ?? '';
const messageIn = ({ body }: { readonly body: string }): unknown =>
  (JSON.parse(body) as { readonly Message: unknown }).Message;

describe('queues', () => {
  test('get the envelope, whose signature the certificate confirms', async () => {
    const arn = await topic();
    const queue = await makeQueue(sqs, unique('queue'));
    await subscribe(arn, queue.arn);
    const { MessageId } = await sns.send(
      new PublishCommand({
        TopicArn: arn,
        Message: 'hello "you"',
        Subject: 'Greetings',
        MessageAttributes: { colour: { DataType: 'String', StringValue: 'red' } },
      }),
    );
    const [message] = await queue.take(1);
    const envelope = JSON.parse(message?.body ?? '') as Record<string, string>;
    expect(Object.keys(envelope)).toEqual([
      'Type',
      'MessageId',
      'TopicArn',
      'Subject',
      'Message',
      'Timestamp',
      'SignatureVersion',
      'Signature',
      'SigningCertURL',
      'UnsubscribeURL',
      'MessageAttributes',
    ]);
    expect(envelope).toMatchObject({
      Type: 'Notification',
      MessageId,
      TopicArn: arn,
      Subject: 'Greetings',
      Message: 'hello "you"',
      MessageAttributes: { colour: { Type: 'String', Value: 'red' } },
    });
    const certificate = new X509Certificate(await (await fetch(envelope['SigningCertURL'] ?? '')).text());
    const signed = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      .map((name) => `${name}\n${envelope[name]}\n`)
      .join('');
    const verify = createVerify('sha1').update(signed);
    expect(verify.verify(certificate.publicKey, envelope['Signature'] ?? '', 'base64')).toBe(true);
    expect((await fetch(envelope['UnsubscribeURL'] ?? '')).status).toBeGreaterThanOrEqual(200);
  });

  test('get the message alone where delivery is raw', async () => {
    const arn = await topic();
    const queue = await makeQueue(sqs, unique('queue'));
    await subscribe(arn, queue.arn, { RawMessageDelivery: 'true' });
    await sns.send(
      new PublishCommand({
        TopicArn: arn,
        Message: JSON.stringify({ default: 'for others', sqs: 'for queues' }),
        MessageStructure: 'json',
        MessageAttributes: { size: { DataType: 'Number', StringValue: '7' } },
      }),
    );
    expect(await queue.take(1)).toMatchObject([{ body: 'for queues', attributes: { size: '7' } }]);
  });

  test('get what their filters let through, by attributes and by body', async () => {
    const arn = await topic();
    const [red, large, all] = [
      await makeQueue(sqs, unique('red')),
      await makeQueue(sqs, unique('large')),
      await makeQueue(sqs, unique('all')),
    ];
    await subscribe(arn, red.arn, { FilterPolicy: '{"colour":["red",{"prefix":"dark"}]}' });
    const policy = JSON.stringify({ order: { size: [{ numeric: ['>', 100] }] } });
    await subscribe(arn, large.arn, { FilterPolicy: policy, FilterPolicyScope: 'MessageBody' });
    await subscribe(arn, all.arn);
    const publish = async (size: number, colour: string): Promise<unknown> =>
      await sns.send(
        new PublishCommand({
          TopicArn: arn,
          Message: JSON.stringify({ order: { size } }),
          MessageAttributes: { colour: { DataType: 'String', StringValue: colour } },
        }),
      );
    await publish(1, 'blue');
    await publish(500, 'red');
    await publish(101, 'darkblue');
    expect(await all.take(3)).toHaveLength(3);
    const sizes = async (queue: TestQueue, count: number): Promise<unknown> =>
      (await queue.take(count)).map((message) => String(messageIn(message))).toSorted();
    expect(await sizes(red, 2)).toEqual(['{"order":{"size":101}}', '{"order":{"size":500}}']);
    expect(await sizes(large, 2)).toEqual(['{"order":{"size":101}}', '{"order":{"size":500}}']);
    expect([...(await red.rest()), ...(await large.rest())]).toEqual([]);
  });

  test('that do not let the topic in get nothing; the dead-letter queue does', async () => {
    const arn = await topic();
    const closed = await makeQueue(sqs, unique('closed'), false);
    const dead = await makeQueue(sqs, unique('dead'));
    await subscribe(arn, closed.arn, {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn }),
      RawMessageDelivery: 'true',
    });
    await sns.send(new PublishCommand({ TopicArn: arn, Message: 'lost?' }));
    expect((await dead.take(1)).map(({ body }) => body)).toEqual(['lost?']);
    expect(await closed.rest()).toEqual([]);
  });

  test('a FIFO topic keeps the order of each group and drops what it has seen', async () => {
    const arn = await topic({ FifoTopic: 'true' });
    const queue = await makeQueue(sqs, `${unique('queue')}.fifo`);
    await subscribe(arn, queue.arn, { RawMessageDelivery: 'true' });
    const entries = Array.from({ length: 10 }, (_, index) => ({
      Id: `e${index}`,
      Message: `m${index}`,
      MessageGroupId: index % 2 === 0 ? 'even' : 'odd',
      MessageDeduplicationId: `d${index}`,
    }));
    const first = await sns.send(
      new PublishBatchCommand({ TopicArn: arn, PublishBatchRequestEntries: entries }),
    );
    const again = await sns.send(
      new PublishBatchCommand({ TopicArn: arn, PublishBatchRequestEntries: entries }),
    );
    expect(again.Successful).toEqual(first.Successful);
    const taken = await queue.take(10);
    const group = (name: string): string[] =>
      taken.filter(({ system }) => system['MessageGroupId'] === name).map(({ body }) => body);
    expect(group('even')).toEqual(['m0', 'm2', 'm4', 'm6', 'm8']);
    expect(group('odd')).toEqual(['m1', 'm3', 'm5', 'm7', 'm9']);
    expect(await queue.rest()).toEqual([]);
  });
});

describe('functions', () => {
  test('get the event where their policy lets the topic in', async () => {
    const name = unique('subscriber');
    await deploy(server.lambda, name, { 'index.js': RECORDER });
    const functionArn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    const arn = await topic();
    const subscriptionArn = await subscribe(arn, functionArn, {}, 'lambda');
    await sns.send(new PublishCommand({ TopicArn: arn, Message: 'refused' }));
    await eventually(
      async () => server.output(),
      (output) => output.includes(`for ${functionArn} could not be delivered`),
    );
    await server.lambda.send(
      new AddPermissionCommand({
        FunctionName: name,
        StatementId: 'topic',
        Action: 'lambda:InvokeFunction',
        Principal: 'sns.amazonaws.com',
        SourceArn: arn,
      }),
    );
    const { MessageId } = await sns.send(new PublishCommand({ TopicArn: arn, Message: 'taken' }));
    const [run] = await eventually(
      async () => await recordedRuns(server, name),
      (runs) => runs.length === 1,
    );
    expect(run?.event).toEqual({
      Records: [
        {
          EventSource: 'aws:sns',
          EventVersion: '1.0',
          EventSubscriptionArn: subscriptionArn,
          Sns: {
            Type: 'Notification',
            MessageId,
            TopicArn: arn,
            Subject: null,
            Message: 'taken',
            Timestamp: expect.stringMatching(/^20\d\d-.*Z$/),
            SignatureVersion: '1',
            Signature: expect.any(String),
            SigningCertUrl: expect.stringContaining('.pem'),
            UnsubscribeUrl: expect.stringContaining('Action=Unsubscribe'),
            MessageAttributes: {},
          },
        },
      ],
    });
  });
});

describe('web endpoints', () => {
  interface Post {
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }

  async function endpoint(statuses: readonly number[]) {
    const posts: Post[] = [];
    const http = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        posts.push({ headers: request.headers, body });
        response.writeHead(statuses[Math.min(posts.length, statuses.length) - 1] ?? 200).end('thanks');
      });
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook`;
    return { url, posts, close: () => http.close() };
  }

  const received = async (posts: readonly Post[], count: number): Promise<readonly Post[]> =>
    await eventually(
      async () => await Promise.resolve(posts),
      (all) => all.length >= count,
    );

  test('are asked first, and get messages once they have confirmed', async () => {
    const web = await endpoint([200]);
    const arn = await topic();
    expect(await subscribe(arn, web.url, {}, 'http')).toBe('pending confirmation');
    const [asked] = await received(web.posts, 1);
    expect(asked?.headers).toMatchObject({ 'x-amz-sns-message-type': 'SubscriptionConfirmation' });
    const confirmation = JSON.parse(asked?.body ?? '') as Record<string, string>;
    await sns.send(new PublishCommand({ TopicArn: arn, Message: 'too early' }));
    await expect(
      sns.send(new ConfirmSubscriptionCommand({ TopicArn: arn, Token: 'x'.repeat(64) })),
    ).rejects.toThrow('Invalid parameter: Token');
    expect((await fetch(confirmation['SubscribeURL'] ?? '')).status).toBe(200);
    await sns.send(new PublishCommand({ TopicArn: arn, Message: 'now' }));
    const [, message] = await received(web.posts, 2);
    expect(message?.headers).toMatchObject({
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-topic-arn': arn,
      'content-type': 'text/plain; charset=UTF-8',
    });
    expect(messageIn({ body: message?.body ?? '' })).toBe('now');
    web.close();
  });

  test('are tried again as the delivery policy says, then it is dead', async () => {
    const web = await endpoint([200, 500]);
    const dead = await makeQueue(sqs, unique('dead'));
    const arn = await topic();
    await subscribe(
      arn,
      web.url,
      { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn }) },
      'http',
    );
    const [asked] = await received(web.posts, 1);
    const { SubscribeURL } = JSON.parse(asked?.body ?? '') as Record<string, string>;
    await fetch(SubscribeURL ?? '');
    await withFrozenClock(server, async () => {
      await sns.send(new PublishCommand({ TopicArn: arn, Message: 'unlucky' }));
      await received(web.posts, 2);
      await advanceClock(server, 59_000);
      expect(web.posts).toHaveLength(4);
      await advanceClock(server, 1_000);
      expect(web.posts).toHaveLength(5);
    });
    expect(messageIn((await dead.take(1))[0] ?? { body: '{}' })).toBe('unlucky');
    web.close();
  });
});

test('a subscription can be looked at, changed and ended', async () => {
  const arn = await topic();
  const queue = await makeQueue(sqs, unique('queue'));
  const SubscriptionArn = await subscribe(arn, queue.arn);
  expect(await subscribe(arn, queue.arn)).toBe(SubscriptionArn);
  await expect(subscribe(arn, queue.arn, { RawMessageDelivery: 'true' })).rejects.toThrow(
    'Subscription already exists with different attributes',
  );
  const set = async (AttributeName: string, AttributeValue: string): Promise<unknown> =>
    await sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
  await set('RawMessageDelivery', 'true');
  for (const [name, value] of [
    ['RawMessageDelivery', 'maybe'],
    ['FilterPolicy', '{"a":5}'],
    ['FilterPolicy', '{"a":{"b":["x"]}}'],
    ['FilterPolicyScope', 'Elsewhere'],
    ['RedrivePolicy', '{}'],
    ['DeliveryPolicy', '{}'],
    ['Nonsense', 'x'],
  ] as const)
    await expect(set(name, value), name).rejects.toMatchObject({ name: 'InvalidParameterException' });
  const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
  expect(Attributes).toMatchObject({
    SubscriptionArn,
    TopicArn: arn,
    Protocol: 'sqs',
    Endpoint: queue.arn,
    PendingConfirmation: 'false',
    RawMessageDelivery: 'true',
  });
  expect(Attributes).not.toHaveProperty('FilterPolicy');
  await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: arn }));
  expect(Subscriptions).toEqual([]);
  await expect(sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).rejects.toMatchObject({
    name: 'NotFoundException',
  });
});

test('what cannot be published is refused with AWS’s words', async () => {
  const arn = await topic();
  const fifo = await topic({ FifoTopic: 'true' });
  const publish = async (input: object): Promise<unknown> =>
    await sns.send(new PublishCommand({ TopicArn: arn, Message: 'm', ...input }));
  const refused: [object, string][] = [
    [{ Message: '' }, 'Invalid parameter: Empty message'],
    [{ Message: 'x'.repeat(262_145) }, 'Invalid parameter: Message too long'],
    [{ Subject: 'two\nlines' }, 'Invalid parameter: Subject'],
    [{ Message: 'no JSON', MessageStructure: 'json' }, 'JSON message body failed to parse'],
    [{ Message: '{"sqs":"x"}', MessageStructure: 'json' }, 'No default entry in JSON message body'],
    [{ TopicArn: undefined, PhoneNumber: '+41441234567' }, 'text messages to telephones'],
    [{ TopicArn: fifo }, 'The MessageGroupId parameter is required for FIFO topics'],
    [{ TopicArn: fifo, MessageGroupId: 'g' }, 'ContentBasedDeduplication enabled or MessageDeduplicationId'],
    [{ MessageDeduplicationId: 'd' }, 'not valid for this topic type'],
    [{ TopicArn: `${arn}-missing` }, 'Topic does not exist'],
    [{ MessageAttributes: { a: { DataType: 'Number', StringValue: 'x' } } }, 'to number'],
    [{ MessageAttributes: { a: { DataType: 'Text', StringValue: 'x' } } }, 'set of supported type prefixes'],
  ];
  for (const [input, message] of refused) await expect(publish(input), message).rejects.toThrow(message);
  const batch = await sns.send(
    new PublishBatchCommand({
      TopicArn: arn,
      PublishBatchRequestEntries: [
        { Id: 'good', Message: 'm' },
        { Id: 'bad', Message: '' },
      ],
    }),
  );
  expect(batch.Successful?.map(({ Id }) => Id)).toEqual(['good']);
  expect(batch.Failed).toEqual([
    { Id: 'bad', Code: 'InvalidParameter', Message: 'Invalid parameter: Empty message', SenderFault: true },
  ]);
});

test('what is published survives kill -9', async () => {
  const directory = await temporaryDirectory();
  const first = await startServer({ dataDir: directory.path });
  const [firstSns, firstSqs] = [clientFor(first), queueClientFor(first)];
  const { TopicArn } = await firstSns.send(new CreateTopicCommand({ Name: 'durable' }));
  const queue = await makeQueue(firstSqs, 'durable');
  await firstSns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn }));
  const publish = async (index: number): Promise<unknown> =>
    await firstSns.send(new PublishCommand({ TopicArn, Message: `m${index}` }));
  await Promise.all(Array.from({ length: 50 }, async (_, index) => await publish(index)));
  await first.kill();
  const second = await startServer({ dataDir: directory.path });
  const secondSqs = queueClientFor(second);
  const again = await makeQueue(secondSqs, 'durable');
  const seen = new Set<unknown>();
  await eventually(
    async () => {
      for (const message of await again.rest()) seen.add(messageIn(message));
      return seen.size;
    },
    (size) => size === 50,
  );
  for (const client of [firstSns, firstSqs, secondSqs]) client.destroy();
  expect(await second.stop()).toBe(0);
  await directory.remove();
});

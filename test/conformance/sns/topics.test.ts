import {
  AddPermissionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  RemovePermissionCommand,
  SetTopicAttributesCommand,
  type SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { clientFor } from '../../support/sns.ts';

let server: TestServer;
let sns: SNSClient;
const ARN = 'arn:aws:sns:us-east-1:000000000000:';

beforeAll(async () => {
  server = await startServer();
  sns = clientFor(server);
});
afterAll(async () => {
  sns.destroy();
  await server.stop();
});

const create = async (Name: string, Attributes: Record<string, string> = {}): Promise<string> =>
  (await sns.send(new CreateTopicCommand({ Name, Attributes }))).TopicArn ?? '';
const attributesOf = async (TopicArn: string): Promise<Record<string, string>> =>
  (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes ?? {};

describe('CreateTopic', () => {
  test('answers the ARN, and the same again for the same topic', async () => {
    expect(await create('orders', { DisplayName: 'Orders' })).toBe(`${ARN}orders`);
    expect(await create('orders', { DisplayName: 'Orders' })).toBe(`${ARN}orders`);
    expect(await create('orders')).toBe(`${ARN}orders`);
    await expect(create('orders', { DisplayName: 'Other' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
    });
  });

  test.each(['', 'with space', 'with.dot', 'x'.repeat(257)])('"%s" is no name', async (Name) => {
    await expect(create(Name)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Topic Name',
    });
  });

  test('a FIFO topic has its suffix, and only a FIFO topic', async () => {
    const arn = await create('ordered.fifo', { FifoTopic: 'true', ContentBasedDeduplication: 'true' });
    expect(await attributesOf(arn)).toMatchObject({ FifoTopic: 'true', ContentBasedDeduplication: 'true' });
    await expect(create('ordered', { FifoTopic: 'true' })).rejects.toThrow(
      /^Invalid parameter: Fifo Topic names/,
    );
    await expect(create('ordered.fifo')).rejects.toThrow('Invalid parameter: Topic Name');
  });

  test.each([
    ['KmsMasterKeyId', 'alias/aws/sns', 'encryption with KMS keys'],
    ['TracingConfig', 'Active', 'active tracing'],
    ['LambdaSuccessFeedbackRoleArn', 'arn:aws:iam::000000000000:role/r', 'delivery status logging'],
    ['SQSSuccessFeedbackSampleRate', '1', 'delivery status logging'],
  ])('%s is refused by name', async (name, value, what) => {
    await expect(create('refused', { [name]: value })).rejects.toThrow(what);
  });
});

test('GetTopicAttributes shows all there is, with AWS’s defaults', async () => {
  const arn = await create('plain');
  const attributes = await attributesOf(arn);
  expect(attributes).toMatchObject({
    TopicArn: arn,
    Owner: '000000000000',
    DisplayName: '',
    SubscriptionsConfirmed: '0',
    SubscriptionsPending: '0',
    SubscriptionsDeleted: '0',
  });
  expect(JSON.parse(attributes['Policy'] ?? '')).toMatchObject({
    Id: '__default_policy_ID',
    Statement: [{ Condition: { StringEquals: { 'AWS:SourceOwner': '000000000000' } } }],
  });
  expect(JSON.parse(attributes['EffectiveDeliveryPolicy'] ?? '')).toMatchObject({
    http: { defaultHealthyRetryPolicy: { numRetries: 3, minDelayTarget: 20 } },
  });
  await expect(attributesOf(`${ARN}missing`)).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'Topic does not exist',
  });
  await expect(attributesOf('nonsense')).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

test('SetTopicAttributes sets what it knows, and changes nothing with a bad value', async () => {
  const arn = await create('settable');
  const set = async (AttributeName: string, AttributeValue: string): Promise<unknown> =>
    await sns.send(new SetTopicAttributesCommand({ TopicArn: arn, AttributeName, AttributeValue }));
  await set('DisplayName', 'Shown');
  const retry = { numRetries: 5, minDelayTarget: 1, maxDelayTarget: 10, backoffFunction: 'exponential' };
  await set('DeliveryPolicy', JSON.stringify({ http: { defaultHealthyRetryPolicy: retry } }));
  // These ask for nothing.
  await set('FirehoseSuccessFeedbackSampleRate', '0');
  await set('LambdaFailureFeedbackRoleArn', '');
  const before = await attributesOf(arn);
  expect(before).toMatchObject({ DisplayName: 'Shown' });
  expect(before).not.toHaveProperty('FirehoseSuccessFeedbackSampleRate');
  expect(JSON.parse(before['EffectiveDeliveryPolicy'] ?? '')).toMatchObject({
    http: { defaultHealthyRetryPolicy: retry },
  });
  for (const [name, value] of [
    ['Nonsense', 'x'],
    ['Policy', '{'],
    ['Policy', '{"Statement":[]}'],
    [
      'Policy',
      JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Deny',
          Principal: '*',
          Action: 'SNS:Publish',
          Resource: arn,
          Condition: { StringEquals: { 'aws:ResourceTag/secret': 'yes' } },
        },
      }),
    ],
    ['DisplayName', 'x'.repeat(101)],
    ['DeliveryPolicy', '{"http":{"defaultHealthyRetryPolicy":{"numRetries":101}}}'],
    ['DeliveryPolicy', '{"http":{"defaultThrottlePolicy":{"maxReceivesPerSecond":5}}}'],
    ['DeliveryPolicy', '{"http":{"defaultSicklyRetryPolicy":{"numRetries":5}}}'],
    ['DeliveryPolicy', '{"http":{"healthyRetryPolicy":{"numRetries":5}}}'],
    ['DeliveryPolicy', '{"https":{}}'],
    ['FifoTopic', 'true'],
    ['ContentBasedDeduplication', 'true'],
    ['SignatureVersion', '3'],
  ] as const) {
    await expect(set(name, value), `${name} ${value}`).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  }
  expect(await attributesOf(arn)).toEqual(before);
});

test('a topic can keep its subscriptions from retrying in their own way', async () => {
  const TopicArn = await create('overriding');
  const retry = (numRetries: number) => ({ numRetries });
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'http',
      Endpoint: 'http://127.0.0.1:9/',
      ReturnSubscriptionArn: true,
      Attributes: { DeliveryPolicy: JSON.stringify({ healthyRetryPolicy: retry(7) }) },
    }),
  );
  const effective = async (): Promise<unknown> => {
    const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    return JSON.parse(Attributes?.['EffectiveDeliveryPolicy'] ?? '');
  };
  expect(await effective()).toMatchObject({ healthyRetryPolicy: retry(7) });
  const http = { defaultHealthyRetryPolicy: retry(2), disableSubscriptionOverrides: true };
  const AttributeValue = JSON.stringify({ http });
  await sns.send(
    new SetTopicAttributesCommand({ TopicArn, AttributeName: 'DeliveryPolicy', AttributeValue }),
  );
  expect(await effective()).toMatchObject({ healthyRetryPolicy: retry(2) });
});

test('ListTopics in pages; DeleteTopic, once and again', async () => {
  const other = clientFor(server, '222222222222');
  const names = Array.from({ length: 130 }, (_, index) => `t${String(index).padStart(3, '0')}`);
  for (const Name of names) await other.send(new CreateTopicCommand({ Name }));
  const first = await other.send(new ListTopicsCommand({}));
  const second = await other.send(new ListTopicsCommand({ NextToken: first.NextToken }));
  expect([first.Topics?.length, second.Topics?.length, second.NextToken]).toEqual([100, 30, undefined]);
  const listed = [...(first.Topics ?? []), ...(second.Topics ?? [])].map(({ TopicArn }) => TopicArn);
  expect(listed).toEqual(names.map((name) => `arn:aws:sns:us-east-1:222222222222:${name}`));
  for (const TopicArn of [listed[0], listed[0]]) await other.send(new DeleteTopicCommand({ TopicArn }));
  const again = await other.send(new ListTopicsCommand({}));
  expect(again.Topics?.[0]?.TopicArn).toBe(listed[1]);
  await expect(sns.send(new DeleteTopicCommand({ TopicArn: listed[1] }))).rejects.toMatchObject({
    name: 'AuthorizationErrorException',
  });
  other.destroy();
});

test('tags', async () => {
  const arn = await create('tagged');
  const tags = async (): Promise<unknown> =>
    (await sns.send(new ListTagsForResourceCommand({ ResourceArn: arn }))).Tags;
  await sns.send(
    new TagResourceCommand({
      ResourceArn: arn,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    }),
  );
  await sns.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: ['a'] }));
  expect(await tags()).toEqual([{ Key: 'b', Value: '2' }]);
  const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
  await expect(sns.send(new TagResourceCommand({ ResourceArn: arn, Tags: many }))).rejects.toMatchObject({
    name: 'TagLimitExceededException',
  });
  await expect(
    sns.send(new ListTagsForResourceCommand({ ResourceArn: `${ARN}missing` })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  expect(await tags()).toEqual([{ Key: 'b', Value: '2' }]);
});

test('a policy says who may be subscribed', async () => {
  const TopicArn = await create('choosy');
  const Condition = { StringEquals: { 'sns:Protocol': 'sqs' }, StringLike: { 'sns:Endpoint': '*:secret' } };
  const Statement = {
    Effect: 'Deny',
    Principal: '*',
    Action: 'SNS:Subscribe',
    Resource: TopicArn,
    Condition,
  };
  const AttributeValue = JSON.stringify({ Version: '2012-10-17', Statement: [Statement] });
  await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }));
  const subscribe = async (queue: string): Promise<unknown> => {
    const Endpoint = `arn:aws:sqs:us-east-1:000000000000:${queue}`;
    return await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
  };
  await subscribe('open');
  await expect(subscribe('secret')).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
});

test('another account may do what AddPermission lets it, until RemovePermission', async () => {
  const arn = await create('shared');
  const other = clientFor(server, '111111111111');
  const look = async (): Promise<unknown> =>
    await other.send(new GetTopicAttributesCommand({ TopicArn: arn }));
  await expect(look()).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
  const permission = { TopicArn: arn, Label: 'look', AWSAccountId: ['111111111111'] };
  await sns.send(new AddPermissionCommand({ ...permission, ActionName: ['GetTopicAttributes'] }));
  await look();
  await expect(
    sns.send(new AddPermissionCommand({ ...permission, ActionName: ['Publish'] })),
  ).rejects.toThrow('Statement already exists');
  await expect(
    sns.send(new AddPermissionCommand({ ...permission, Label: 'bad', ActionName: ['Nonsense'] })),
  ).rejects.toThrow('out of service scope');
  await sns.send(new RemovePermissionCommand({ TopicArn: arn, Label: 'look' }));
  await expect(look()).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
  other.destroy();
});

import { randomUUID } from 'node:crypto';
import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RECORDER, recordedRuns } from '../../support/async-events.ts';
import { deploy, eventually } from '../../support/functions.ts';
import { makeQueue, receive, type TestQueue } from '../../support/queues.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let s3: S3Client;
let sns: SNSClient;
const settings = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

beforeAll(async () => {
  server = await startServer();
  s3 = s3ClientFor(server);
  sns = new SNSClient({ ...settings, endpoint: server.endpoint });
});
afterAll(async () => {
  s3.destroy();
  sns.destroy();
  await server.stop();
});

async function makeBucket(): Promise<string> {
  const Bucket = `told-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

const policyFor = (principal: string, action: string, sourceArn: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: principal },
      Action: action,
      Resource: '*',
      Condition: {
        ArnLike: { 'aws:SourceArn': sourceArn },
        StringEquals: { 'aws:SourceAccount': '000000000000' },
      },
    },
  });

const queueFor = async (bucket: string): Promise<TestQueue> =>
  await makeQueue(server.sqs, {
    Policy: policyFor('s3.amazonaws.com', 'sqs:SendMessage', `arn:aws:s3:::${bucket}`),
  });

const configure = async (
  Bucket: string,
  NotificationConfiguration: NotificationConfiguration,
  more: object = {},
) =>
  await s3.send(
    new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration, ...more }),
  );

interface Told {
  readonly Event?: string;
  readonly Records?: readonly [
    Readonly<Record<string, unknown>> & { readonly s3: { readonly object: unknown } },
  ];
}

/** The next so many messages of a queue, in the order of their sequencers. */
async function told(queue: TestQueue, count: number): Promise<Told[]> {
  const messages: Told[] = [];
  await eventually(
    async () => {
      for (const { Body = '' } of await receive(server.sqs, queue)) messages.push(JSON.parse(Body) as Told);
      return messages.length;
    },
    (length) => length >= count,
    30_000,
  );
  return messages.sort((a, b) => (sequencerOf(a) < sequencerOf(b) ? -1 : 1));
}

const sequencerOf = ({ Records }: Told): string =>
  (Records?.[0].s3.object as { sequencer: string } | undefined)?.sequencer ?? '';

test('a queue is tested, then told of what its rule wants, in AWS’s form', async () => {
  const Bucket = await makeBucket();
  const queue = await queueFor(Bucket);
  await configure(Bucket, {
    QueueConfigurations: [
      {
        Id: 'pictures',
        QueueArn: queue.arn,
        Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:Delete'],
        Filter: {
          Key: {
            FilterRules: [
              { Name: 'prefix', Value: 'in/' },
              { Name: 'suffix', Value: '.png' },
            ],
          },
        },
      },
    ],
  });
  expect(await told(queue, 1)).toMatchObject([
    { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket, Time: expect.stringMatching(/Z$/) as unknown },
  ]);
  for (const Key of ['in/a b+ü.png', 'out/a.png', 'in/a.jpg'])
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'four' }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'in/a b+ü.png' }));
  const [created, removed] = await told(queue, 2);
  const object = {
    key: 'in/a+b%2B%C3%BC.png',
    sequencer: expect.stringMatching(/^[0-9A-F]{18}$/) as unknown,
  };
  expect(created?.Records).toEqual([
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'us-east-1',
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/) as unknown,
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: 'AWS:000000000000' },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: {
        'x-amz-request-id': expect.any(String) as unknown,
        'x-amz-id-2': expect.any(String) as unknown,
      },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'pictures',
        bucket: {
          name: Bucket,
          ownerIdentity: { principalId: expect.any(String) as unknown },
          arn: `arn:aws:s3:::${Bucket}`,
        },
        object: { ...object, size: 4, eTag: '8cbad96aced40b3838dd9f07f6ef5772' },
      },
    },
  ]);
  expect(removed?.Records?.[0]).toMatchObject({ eventName: 'ObjectRemoved:Delete', s3: { object } });
  expect(removed?.Records?.[0].s3.object).not.toHaveProperty('size');
});

test('buckets with versions tell which one', async () => {
  const Bucket = await makeBucket();
  const queue = await queueFor(Bucket);
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const Events = ['s3:ObjectCreated:Put', 's3:ObjectRemoved:*'] as const;
  await configure(Bucket, { QueueConfigurations: [{ QueueArn: queue.arn, Events: [...Events] }] });
  const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
  const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId }));
  const records = (await told(queue, 4)).flatMap(({ Records = [] }) => [...Records]);
  expect(records).toMatchObject([
    { eventName: 'ObjectCreated:Put', s3: { object: { versionId: VersionId } } },
    { eventName: 'ObjectRemoved:DeleteMarkerCreated', s3: { object: { versionId: marker.VersionId } } },
    { eventName: 'ObjectRemoved:Delete', s3: { object: { versionId: VersionId } } },
  ]);
});

test('changes of tags and of access lists are told', async () => {
  const Bucket = await makeBucket();
  const queue = await queueFor(Bucket);
  const Events = ['s3:ObjectTagging:*', 's3:ObjectAcl:Put'] as const;
  await configure(Bucket, { QueueConfigurations: [{ QueueArn: queue.arn, Events: [...Events] }] });
  await told(queue, 1);
  const OwnershipControls = { Rules: [{ ObjectOwnership: 'ObjectWriter' as const }] };
  await s3.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
  const object = { Bucket, Key: 'a' };
  await s3.send(new PutObjectCommand({ ...object, Body: 'a' }));
  await s3.send(new PutObjectTaggingCommand({ ...object, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }));
  await s3.send(new PutObjectAclCommand({ ...object, ACL: 'private' }));
  const names = (await told(queue, 2)).map(({ Records }) => Records?.[0]['eventName']);
  expect(names).toEqual(['ObjectTagging:Put', 'ObjectAcl:Put']);
});

test('a function, a topic and the event bus are told as well', async () => {
  const Bucket = await makeBucket();
  const sourceArn = `arn:aws:s3:::${Bucket}`;
  const FunctionName = `told-${randomUUID()}`;
  await deploy(server.lambda, FunctionName, { 'index.js': RECORDER });
  await server.lambda.send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: 's3',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceArn: sourceArn,
      SourceAccount: '000000000000',
    }),
  );
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: `told-${randomUUID()}` }));
  const AttributeValue = policyFor('s3.amazonaws.com', 'sns:Publish', sourceArn);
  await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }));
  const open = await makeQueue(server.sqs, {
    Policy: policyFor('sns.amazonaws.com', 'sqs:SendMessage', TopicArn),
  });
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: open.arn,
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  const events = new EventBridgeClient({ ...settings, endpoint: server.endpoint });
  const Name = `told-${randomUUID()}`;
  const pattern = { source: ['aws.s3'], detail: { bucket: { name: [Bucket] } } };
  const { RuleArn = '' } = await events.send(
    new PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern) }),
  );
  const toBus = await makeQueue(server.sqs, {
    Policy: policyFor('events.amazonaws.com', 'sqs:SendMessage', RuleArn),
  });
  await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 't', Arn: toBus.arn }] }));
  events.destroy();
  const LambdaFunctionArn = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`;
  await configure(Bucket, {
    LambdaFunctionConfigurations: [{ LambdaFunctionArn, Events: ['s3:ObjectCreated:Put'] }],
    TopicConfigurations: [{ TopicArn, Events: ['s3:ObjectRemoved:*'] }],
    EventBridgeConfiguration: {},
  });
  await s3.send(new PutObjectCommand({ Bucket, Key: 'for all', Body: 'x' }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'for all' }));
  const runs = await eventually(
    async () => await recordedRuns(server, FunctionName),
    (recorded) => recorded.length === 1,
    30_000,
  );
  expect(runs[0]).toMatchObject({ event: { Records: [{ s3: { object: { key: 'for+all' } } }] } });
  expect(await told(open, 2)).toMatchObject([
    { Event: 's3:TestEvent' },
    { Records: [{ eventName: 'ObjectRemoved:Delete' }] },
  ]);
  const buses = (await told(toBus, 2)) as { 'detail-type'?: string }[];
  expect(buses.map((event) => event['detail-type'])).toEqual(
    expect.arrayContaining(['Object Created', 'Object Deleted']),
  );
  expect(buses.find((event) => event['detail-type'] === 'Object Created')).toMatchObject({
    source: 'aws.s3',
    account: '000000000000',
    resources: [sourceArn],
    detail: {
      version: '0',
      bucket: { name: Bucket },
      object: { key: 'for all', size: 1 },
      requester: '000000000000',
      reason: 'PutObject',
    },
  });
});

describe('what is refused', () => {
  const missing = 'arn:aws:sqs:us-east-1:000000000000:nowhere';
  const events = { Events: ['s3:ObjectCreated:*' as const] };
  const key = (...FilterRules: { Name: 'prefix' | 'suffix'; Value: string }[]) => ({
    Filter: { Key: { FilterRules } },
  });

  test.each([
    [
      { QueueConfigurations: [{ QueueArn: missing, ...events }] },
      missing,
      'The destination queue does not exist',
    ],
    [
      { TopicConfigurations: [{ TopicArn: 'arn:aws:sns:us-east-1:000000000000:nowhere', ...events }] },
      'arn:aws:sns:us-east-1:000000000000:nowhere',
      'The destination topic does not exist',
    ],
    [
      {
        LambdaFunctionConfigurations: [
          { LambdaFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:nowhere', ...events },
        ],
      },
      'arn:aws:lambda:us-east-1:000000000000:function:nowhere',
      'Not authorized to invoke function [arn:aws:lambda:us-east-1:000000000000:function:nowhere]',
    ],
    [{ QueueConfigurations: [{ QueueArn: 'a queue', ...events }] }, 'a queue', 'The ARN could not be parsed'],
  ])('a target that is not there: %#', async (configuration, ArgumentName1, ArgumentValue1) => {
    await expect(configure(await makeBucket(), configuration)).rejects.toMatchObject({
      name: 'InvalidArgument',
      message: 'Unable to validate the following destination configurations',
      ArgumentName1,
      ArgumentValue1,
    });
  });

  test('a target that does not let S3 in, unless nobody is to look', async () => {
    const Bucket = await makeBucket();
    const queue = await queueFor('another-bucket');
    const configuration = { QueueConfigurations: [{ QueueArn: queue.arn, ...events }] };
    await expect(configure(Bucket, configuration)).rejects.toMatchObject({
      ArgumentValue1:
        'Permissions on the destination queue do not allow S3 to publish notifications from this bucket',
    });
    const read = async () => await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect((await read()).QueueConfigurations).toBeUndefined();
    await configure(Bucket, configuration, { SkipDestinationValidation: true });
    expect((await read()).QueueConfigurations).toMatchObject([{ QueueArn: queue.arn, ...events }]);
    await configure(Bucket, {});
    expect((await read()).QueueConfigurations).toBeUndefined();
  });

  test.each([
    [[events, events], /^Configuration is ambiguously defined/],
    [
      [
        { ...events, ...key({ Name: 'prefix', Value: 'a' }) },
        { Events: ['s3:ObjectCreated:Put' as const], ...key({ Name: 'prefix', Value: 'ab' }) },
      ],
      /^Configuration is ambiguously defined/,
    ],
    [
      [{ ...events, ...key({ Name: 'prefix', Value: 'a' }, { Name: 'prefix', Value: 'b' }) }],
      /^Cannot specify more than one prefix rule in a filter\.$/,
    ],
    [
      [{ ...events, ...key({ Name: 'suffix', Value: 'a'.repeat(1025) }) }],
      /^Size of filter rule value cannot exceed 1024 bytes/,
    ],
    [[{ Events: ['s3:ObjectEaten:*' as never] }], /^The event is not supported for notifications$/],
  ])('rules against the rules: %#', async (rules, message) => {
    const QueueConfigurations = rules.map((rule) => ({ QueueArn: missing, ...rule }));
    await expect(configure(await makeBucket(), { QueueConfigurations })).rejects.toMatchObject({
      name: 'InvalidArgument',
      message: expect.stringMatching(message) as unknown,
    });
  });

  test('but not rules that share no object', async () => {
    const Bucket = await makeBucket();
    const queue = await queueFor(Bucket);
    const rules = ['a', 'b'].map((Value) => ({
      ...events,
      QueueArn: queue.arn,
      ...key({ Name: 'prefix', Value }),
    }));
    await configure(Bucket, { QueueConfigurations: rules });
    const { QueueConfigurations = [] } = await s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket }),
    );
    expect(QueueConfigurations.map(({ Filter }) => Filter?.Key?.FilterRules)).toEqual([
      [{ Name: 'Prefix', Value: 'a' }],
      [{ Name: 'Prefix', Value: 'b' }],
    ]);
  });
});

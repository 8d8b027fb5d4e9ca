import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateTableCommand,
  DescribeKinesisStreamingDestinationCommand,
  DynamoDBClient,
  EnableKinesisStreamingDestinationCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  StartReplayCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { AttachRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateStreamCommand, KinesisClient, waitUntilStreamExists } from '@aws-sdk/client-kinesis';
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  ListLayerVersionsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectAttributesCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CreateSamplingRuleCommand, DeleteSamplingRuleCommand, XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy } from '../support/functions.ts';
import { allBut, type Keys, makeRole, policyText, userWith } from '../support/identities.ts';
import { ACCOUNT, ROOT, StrictServer } from '../support/strict-server.ts';

/** `--auth strict`: what is denied stays denied however a request names it, and whatever else the request does with it. */
const OTHER = '210987654321';
const OTHER_ROOT: Keys = { accessKeyId: 'AKIANEIGHBOUR', secretAccessKey: 'other-secret' };
const arnOf = (service: string, rest: string, partition = 'aws'): string =>
  `arn:${partition}:${service}:us-east-1:${ACCOUNT}:${rest}`;

let strict: StrictServer;

beforeAll(async () => {
  strict = await StrictServer.start(`${OTHER_ROOT.accessKeyId}:${OTHER_ROOT.secretAccessKey}:${OTHER}`);
});

afterAll(async () => {
  expect(await strict.stop()).toBe(0);
});

const denial = (action: string, resource: string) => ({
  message: expect.stringContaining(`${action} on resource: ${resource} with an explicit deny`),
});

test('a mapping is of a function, which requests about the mapping do not name', async () => {
  const lambda = strict.as(LambdaClient, ROOT);
  const Role = await makeRole(strict.iam, 'polling');
  const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole';
  await strict.iam.send(new AttachRolePolicyCommand({ RoleName: 'polling', PolicyArn }));
  const files = { 'index.js': 'exports.handler = async () => 1;' };
  for (const name of ['guarded', 'open']) await deploy(lambda, name, files, { Role });
  await strict.as(SQSClient, ROOT).send(new CreateQueueCommand({ QueueName: 'polled' }));
  const EventSourceArn = arnOf('sqs', 'polled');
  const { UUID } = await lambda.send(
    new CreateEventSourceMappingCommand({ FunctionName: 'guarded', EventSourceArn, Enabled: false }),
  );
  const bounded = await strict.without(LambdaClient, {
    Action: 'lambda:*EventSourceMapping',
    Condition: { ArnEquals: { 'lambda:FunctionArn': arnOf('lambda', 'function:guarded') } },
  });
  const mapping = arnOf('lambda', `event-source-mapping:${UUID}`);
  for (const [action, command] of [
    ['Get', new GetEventSourceMappingCommand({ UUID })],
    ['Update', new UpdateEventSourceMappingCommand({ UUID, BatchSize: 2 })],
    ['Update', new UpdateEventSourceMappingCommand({ UUID, FunctionName: 'open' })],
    ['Delete', new DeleteEventSourceMappingCommand({ UUID })],
  ] as const)
    await expect(bounded.send(command)).rejects.toMatchObject(
      denial(`lambda:${action}EventSourceMapping`, mapping),
    );
  const owner = await userWith(
    strict.iam,
    policyText('lambda:*EventSourceMapping', '*', {
      Condition: { ArnEquals: { 'lambda:FunctionArn': arnOf('lambda', 'function:guarded') } },
    }),
  );
  const owners = strict.as(LambdaClient, owner.keys);
  await owners.send(new GetEventSourceMappingCommand({ UUID }));
  await owners.send(new DeleteEventSourceMappingCommand({ UUID }));
  const tagless = await strict.without(LambdaClient, { Action: 'lambda:TagResource' });
  const tagged = { FunctionName: 'open', EventSourceArn, Enabled: false, Tags: { team: 'any' } };
  await expect(tagless.send(new CreateEventSourceMappingCommand(tagged))).rejects.toMatchObject(
    denial('lambda:TagResource', arnOf('lambda', 'event-source-mapping:*')),
  );
});

test('a layer and a log group are no others by an ARN of another partition', async () => {
  const layer = arnOf('lambda', 'layer:secret');
  const LayerName = arnOf('lambda', 'layer:secret', 'aws-us-gov');
  const lambda = await strict.without(LambdaClient, { Resource: layer });
  await expect(lambda.send(new ListLayerVersionsCommand({ LayerName }))).rejects.toMatchObject(
    denial('lambda:ListLayerVersions', layer),
  );
  await strict.as(CloudWatchLogsClient, ROOT).send(new CreateLogGroupCommand({ logGroupName: 'secret' }));
  const group = arnOf('logs', 'log-group:secret:*');
  const logs = await strict.without(CloudWatchLogsClient, { Resource: group });
  const logGroupIdentifier = arnOf('logs', 'log-group:secret', 'aws-us-gov');
  await expect(logs.send(new FilterLogEventsCommand({ logGroupIdentifier }))).rejects.toMatchObject(
    denial('logs:FilterLogEvents', group),
  );
});

test('a bus is no other by an ARN of another partition, and its own policy knows who calls', async () => {
  const root = strict.as(EventBridgeClient, ROOT);
  await root.send(new CreateEventBusCommand({ Name: 'guarded' }));
  const bus = arnOf('events', 'event-bus/guarded');
  const put = (EventBusName: string) =>
    new PutEventsCommand({ Entries: [{ Source: 's', DetailType: 't', Detail: '{}', EventBusName }] });
  const bounded = await strict.without(EventBridgeClient, { Resource: bus });
  await expect(bounded.send(put(arnOf('events', 'event-bus/guarded', 'aws-cn')))).rejects.toMatchObject(
    denial('events:PutEvents', bus),
  );
  const { name, keys } = await userWith(strict.iam, policyText('*'));
  const Principal = { AWS: `arn:aws:iam::${ACCOUNT}:user/${name}` };
  const Policy = policyText('events:PutEvents', bus, { Effect: 'Deny', Principal });
  await root.send(new PutPermissionCommand({ EventBusName: 'guarded', Policy }));
  const { Entries } = await strict.as(EventBridgeClient, keys).send(put('guarded'));
  expect(Entries).toMatchObject([{ ErrorCode: 'AccessDeniedException' }]);
  expect(await root.send(put('guarded'))).toMatchObject({ FailedEntryCount: 0 });
});

test('events go into accounts that a condition on aws:ResourceAccount lets them into', async () => {
  const neighbour = strict.as(EventBridgeClient, OTHER_ROOT);
  const EventBusName = `arn:aws:events:us-east-1:${OTHER}:event-bus/default`;
  const anyone = { Action: 'events:PutEvents', Principal: ACCOUNT, StatementId: 'any' };
  await neighbour.send(new PutPermissionCommand({ EventBusName: 'default', ...anyone }));
  const Entries = [{ Source: 's', DetailType: 't', Detail: '{}', EventBusName }];
  const kept = await strict.without(EventBridgeClient, {
    Condition: { StringNotEquals: { 'aws:ResourceAccount': ACCOUNT } },
  });
  await expect(kept.send(new PutEventsCommand({ Entries }))).rejects.toMatchObject(
    denial('events:PutEvents', EventBusName),
  );
  await kept.send(new PutRuleCommand({ Name: 'own', EventPattern: '{"source":["s"]}' }));
});

test('archives, replays, and where rules lead', async () => {
  const root = strict.as(EventBridgeClient, ROOT);
  const archive = arnOf('events', 'archive/kept');
  const bounded = await strict.without(EventBridgeClient, {
    Resource: [archive, arnOf('events', 'replay/no')],
  });
  const EventSourceArn = arnOf('events', 'event-bus/default');
  const create = new CreateArchiveCommand({ ArchiveName: 'kept', EventSourceArn });
  await expect(bounded.send(create)).rejects.toMatchObject(denial('events:CreateArchive', archive));
  await root.send(create);
  const replay = (ReplayName: string, partition: string) =>
    new StartReplayCommand({
      ReplayName,
      EventSourceArn: arnOf('events', 'archive/kept', partition),
      EventStartTime: new Date(0),
      EventEndTime: new Date(1000),
      Destination: { Arn: EventSourceArn },
    });
  await expect(bounded.send(replay('yes', 'aws-cn'))).rejects.toMatchObject(
    denial('events:StartReplay', archive),
  );
  await expect(bounded.send(new DeleteArchiveCommand({ ArchiveName: 'kept' }))).rejects.toMatchObject(
    denial('events:DeleteArchive', archive),
  );
  const noBus = await strict.without(EventBridgeClient, { Resource: EventSourceArn });
  await noBus.send(new DeleteArchiveCommand({ ArchiveName: 'kept' }));
  const event = { id: '1', 'detail-type': 't', source: 's', account: '1', time: 'now', region: 'r' };
  await noBus.send(
    new TestEventPatternCommand({ EventPattern: '{"source":["s"]}', Event: JSON.stringify(event) }),
  );
  const queue = arnOf('sqs', 'elsewhere');
  const leading = await strict.without(EventBridgeClient, {
    Action: 'events:PutTargets',
    Condition: { ArnLike: { 'events:TargetArn': queue } },
  });
  await leading.send(new PutRuleCommand({ Name: 'leading', EventPattern: '{"source":["s"]}' }));
  const Targets = [
    { Id: 'a', Arn: arnOf('sqs', 'polled') },
    { Id: 'b', Arn: queue },
  ];
  await expect(leading.send(new PutTargetsCommand({ Rule: 'leading', Targets }))).rejects.toMatchObject(
    denial('events:PutTargets', arnOf('events', 'rule/leading')),
  );
  await leading.send(new PutTargetsCommand({ Rule: 'leading', Targets: Targets.slice(0, 1) }));
});

test('a table is read in its own Region, and a stream that it goes to is no other by another partition', async () => {
  const TableName = 'guarded';
  await strict.as(DynamoDBClient, ROOT).send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  const { keys } = await userWith(
    strict.iam,
    allBut({ Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } }),
  );
  const elsewhere = strict.as(DynamoDBClient, keys, 'eu-west-1');
  await expect(
    elsewhere.send(new ScanCommand({ TableName: arnOf('dynamodb', 'table/guarded') })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const client = strict.as(KinesisClient, ROOT);
  await client.send(new CreateStreamCommand({ StreamName: 'guarded', ShardCount: 1 }));
  await waitUntilStreamExists({ client, maxWaitTime: 30, minDelay: 0.05 }, { StreamName: 'guarded' });
  const stream = arnOf('kinesis', 'stream/guarded');
  const writesNone = await strict.without(DynamoDBClient, { Action: 'kinesis:PutRecords', Resource: stream });
  const into = async (StreamArn: string) =>
    await writesNone.send(new EnableKinesisStreamingDestinationCommand({ TableName, StreamArn }));
  await expect(into(stream)).rejects.toMatchObject(denial('kinesis:PutRecords', stream));
  await into(arnOf('kinesis', 'stream/guarded', 'aws-cn'));
  const { KinesisDataStreamDestinations: destinations } = await writesNone.send(
    new DescribeKinesisStreamingDestinationCommand({ TableName }),
  );
  expect(destinations).toMatchObject([{ DestinationStatus: 'ENABLE_FAILED' }]);
});

test('a sampling rule by its ARN', async () => {
  const SamplingRule = {
    RuleName: 'kept',
    ResourceARN: '*',
    Priority: 1,
    FixedRate: 0,
    ReservoirSize: 0,
    ServiceName: '*',
    ServiceType: '*',
    Host: '*',
    HTTPMethod: '*',
    URLPath: '*',
    Version: 1,
  };
  const rule = arnOf('xray', 'sampling-rule/kept');
  const bounded = await strict.without(XRayClient, { Resource: rule });
  const create = new CreateSamplingRuleCommand({ SamplingRule });
  await expect(bounded.send(create)).rejects.toMatchObject(denial('xray:CreateSamplingRule', rule));
  await strict.as(XRayClient, ROOT).send(create);
  for (const named of [{ RuleName: 'kept' }, { RuleARN: rule }])
    await expect(bounded.send(new DeleteSamplingRuleCommand(named))).rejects.toMatchObject(
      denial('xray:DeleteSamplingRule', rule),
    );
});

test('a copy reads and writes tags, comes from one place by any name, and attributes are for readers', async () => {
  const root = strict.as(S3Client, ROOT);
  await root.send(new CreateBucketCommand({ Bucket: 'copied' }));
  const Bucket = 'copied';
  await root.send(new PutObjectCommand({ Bucket, Key: 'tagged', Body: 'x', Tagging: 'team=a' }));
  await root.send(new PutObjectCommand({ Bucket, Key: 'plain', Body: 'x' }));
  const copy = (source: string, more: object = {}) =>
    new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: source, ...more });
  const writesNone = await strict.without(S3Client, { Action: 's3:PutObjectTagging' });
  const refused = denial('s3:PutObjectTagging', 'arn:aws:s3:::copied/copy');
  const replaced = { TaggingDirective: 'REPLACE', Tagging: 'team=b' };
  await expect(writesNone.send(copy('copied/tagged'))).rejects.toMatchObject(refused);
  await expect(writesNone.send(copy('copied/plain', replaced))).rejects.toMatchObject(refused);
  await writesNone.send(copy('copied/plain'));
  await writesNone.send(copy('copied/tagged', { TaggingDirective: 'REPLACE' }));
  const readsNone = await strict.without(S3Client, { Action: 's3:GetObjectTagging' });
  await expect(readsNone.send(copy('copied/tagged'))).rejects.toMatchObject(
    denial('s3:GetObjectTagging', 'arn:aws:s3:::copied/tagged'),
  );
  const elsewhere = await strict.without(S3Client, {
    Condition: { StringLike: { 's3:x-amz-copy-source': 'copied/p*' } },
  });
  for (const source of ['copied/plain', '/copied/plain', 'copied%2Fplain', '/copied/%70lain'])
    await expect(elsewhere.send(copy(source))).rejects.toMatchObject(
      denial('s3:PutObject', 'arn:aws:s3:::copied/copy'),
    );
  const attributes = new GetObjectAttributesCommand({ Bucket, Key: 'plain', ObjectAttributes: ['ETag'] });
  const reads = await strict.without(S3Client, { Action: 's3:GetObject' });
  await expect(reads.send(attributes)).rejects.toMatchObject(
    denial('s3:GetObject', 'arn:aws:s3:::copied/plain'),
  );
});

test('what is made with tags is tagged', async () => {
  const Tags = [{ Key: 'team', Value: 'any' }];
  const { keys } = await userWith(
    strict.iam,
    allBut({
      Action: ['dynamodb', 'events', 'logs', 'scheduler', 'sns']
        .map((service) => `${service}:TagResource`)
        .concat('sqs:TagQueue'),
    }),
  );
  const group = new CreateLogGroupCommand({ logGroupName: 'tagged', tags: { team: 'any' } });
  await expect(strict.as(CloudWatchLogsClient, keys).send(group)).rejects.toMatchObject(
    denial('logs:TagResource', arnOf('logs', 'log-group:tagged')),
  );
  const table = new CreateTableCommand({
    TableName: 'tagged',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
    Tags,
  });
  await expect(strict.as(DynamoDBClient, keys).send(table)).rejects.toMatchObject(
    denial('dynamodb:TagResource', arnOf('dynamodb', 'table/tagged')),
  );
  const queue = new CreateQueueCommand({ QueueName: 'tagged', tags: { team: 'any' } });
  await expect(strict.as(SQSClient, keys).send(queue)).rejects.toMatchObject(
    denial('sqs:TagQueue', arnOf('sqs', 'tagged')),
  );
  await expect(
    strict.as(SNSClient, keys).send(new CreateTopicCommand({ Name: 'tagged', Tags })),
  ).rejects.toMatchObject(denial('SNS:TagResource', arnOf('sns', 'tagged')));
  await expect(
    strict.as(SchedulerClient, keys).send(new CreateScheduleGroupCommand({ Name: 'tagged', Tags })),
  ).rejects.toMatchObject(denial('scheduler:TagResource', arnOf('scheduler', 'schedule-group/tagged')));
  const events = strict.as(EventBridgeClient, keys);
  await expect(
    events.send(new PutRuleCommand({ Name: 'tagged', EventPattern: '{"source":["s"]}', Tags })),
  ).rejects.toMatchObject(denial('events:TagResource', arnOf('events', 'rule/tagged')));
});

import { randomUUID } from 'node:crypto';
import { arch } from 'node:os';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  PutProvisionedConcurrencyConfigCommand,
  PutRuntimeManagementConfigCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, PublishCommand, type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { advanceClock, sendEvent } from '../support/async-events.ts';
import { createUrl } from '../support/function-urls.ts';
import { eventually, invoke, untilUpdated } from '../support/functions.ts';
import { publishLayer } from '../support/layers.ts';
import { untilProvisioned } from '../support/provisioned.ts';
import { bodies, makeQueue, receive, type TestQueue } from '../support/queues.ts';
import { s3ClientFor } from '../support/s3.ts';
import { ROLE, startServer, type TestServer } from '../support/server.ts';
import { clientFor } from '../support/sns.ts';
import { zipOf } from '../support/zip.ts';

/**
 * The calls that CloudFormation makes of one AWS::Serverless::Function with every property and every kind of event that is
 * built: each has its effect, beside all the others.
 */

const FunctionName = 'everything';
const LIVE = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}:live`;
const LOG_GROUP = '/shop/everything';
const target = { FunctionName, Qualifier: 'live' };
const CODE = `
exports.other = async (event, context) => {
  console.debug('too quiet');
  console.info({ seen: event });
  if (event.fail) throw new Error('as asked');
  return {
    greeting: process.env.GREETING, memory: context.memoryLimitInMB, remaining: context.getRemainingTimeInMillis(),
    layer: require('shared'), arn: context.invokedFunctionArn, version: context.functionVersion,
    kind: process.env.AWS_LAMBDA_INITIALIZATION_TYPE, node: process.version.split('.')[0],
  };
};`;

let server: TestServer;
let s3: S3Client;
let sns: SNSClient;
let events: EventBridgeClient;
let scheduler: SchedulerClient;
let source: TestQueue;
let succeeded: TestQueue;
let failed: TestQueue;
let url = '';
let TopicArn = '';

beforeAll(async () => {
  server = await startServer();
  s3 = s3ClientFor(server);
  sns = clientFor(server);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const settings = { endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  events = new EventBridgeClient(settings);
  scheduler = new SchedulerClient(settings);
  [source, succeeded, failed] = [
    await makeQueue(server.sqs),
    await makeQueue(server.sqs),
    await makeQueue(server.sqs),
  ];
  await makeFunction();
  await makeSettings();
  await makeEvents();
}, 120_000);
afterAll(async () => {
  for (const client of [s3, sns, events, scheduler]) client.destroy();
  expect(await server.stop()).toBe(0);
});

const arnOf = ({ name }: TestQueue): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

/** CodeUri, Handler, Runtime, Layers, Environment and the others that are members of CreateFunction. */
async function makeFunction(): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: 'pictures' }));
  const Code = { S3Bucket: 'pictures', S3Key: 'code.zip' };
  const Body = await zipOf({ 'app.js': CODE });
  await s3.send(new PutObjectCommand({ Bucket: Code.S3Bucket, Key: Code.S3Key, Body }));
  const { LayerVersionArn } = await publishLayer(server.lambda);
  await server.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Code,
      Handler: 'app.other',
      Runtime: 'nodejs22.x',
      Role: ROLE,
      Description: 'With everything',
      Architectures: [arch() === 'arm64' ? 'arm64' : 'x86_64'],
      MemorySize: 256,
      Timeout: 7,
      Layers: [LayerVersionArn],
      Environment: { Variables: { GREETING: 'hello' } },
      EphemeralStorage: { Size: 1024 },
      DeadLetterConfig: { TargetArn: arnOf(failed) },
      LoggingConfig: {
        LogFormat: 'JSON',
        LogGroup: LOG_GROUP,
        ApplicationLogLevel: 'INFO',
        SystemLogLevel: 'WARN',
      },
      TracingConfig: { Mode: 'PassThrough' },
      PackageType: 'Zip',
      Tags: { 'lambda:createdBy': 'SAM', team: 'blue' },
    }),
  );
  await untilUpdated(server.lambda, FunctionName);
}

/** AutoPublishAlias, ProvisionedConcurrencyConfig, EventInvokeConfig, FunctionUrlConfig and what the function has beside. */
async function makeSettings(): Promise<void> {
  const { lambda } = server;
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 5 }));
  await lambda.send(new PutRuntimeManagementConfigCommand({ FunctionName, UpdateRuntimeOn: 'Auto' }));
  await lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: 'Terminate' }));
  await lambda.send(new PublishVersionCommand({ FunctionName, Description: 'the first' }));
  await lambda.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }));
  await lambda.send(
    new PutProvisionedConcurrencyConfigCommand({ ...target, ProvisionedConcurrentExecutions: 1 }),
  );
  await untilProvisioned(lambda, FunctionName, 'live');
  const DestinationConfig = {
    OnSuccess: { Destination: arnOf(succeeded) },
    OnFailure: { Destination: arnOf(failed) },
  };
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      ...target,
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
      DestinationConfig,
    }),
  );
  const Cors = { AllowOrigins: ['https://shop.example'], AllowMethods: ['GET'], MaxAge: 60 };
  url = (await createUrl(lambda, { ...target, Cors, InvokeMode: 'BUFFERED' })).FunctionUrl ?? '';
  await permit('*', 'lambda:InvokeFunctionUrl', { FunctionUrlAuthType: 'NONE' });
  await permit('*', 'lambda:InvokeFunction', { InvokedViaFunctionUrl: true });
}

async function permit(Principal: string, Action: string, more: object = {}): Promise<void> {
  await server.lambda.send(
    new AddPermissionCommand({ ...target, StatementId: randomUUID(), Principal, Action, ...more }),
  );
}

/** Events: SQS, S3, SNS, Schedule, ScheduleV2 and EventBridgeRule. */
async function makeEvents(): Promise<void> {
  for (const service of ['s3', 'sns', 'events'])
    await permit(`${service}.amazonaws.com`, 'lambda:InvokeFunction');
  await server.lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: LIVE,
      EventSourceArn: arnOf(source),
      BatchSize: 2,
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"wanted":[true]}}' }] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    }),
  );
  const FilterRules = [{ Name: 'suffix' as const, Value: '.png' }];
  const LambdaFunctionConfigurations = [
    { LambdaFunctionArn: LIVE, Events: ['s3:ObjectCreated:*' as const], Filter: { Key: { FilterRules } } },
  ];
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: 'pictures',
      NotificationConfiguration: { LambdaFunctionConfigurations },
    }),
  );
  TopicArn = (await sns.send(new CreateTopicCommand({ Name: 'news' }))).TopicArn ?? '';
  const Attributes = { FilterPolicy: '{"kind":["wanted"]}' };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: LIVE, Attributes }));
  await rule({ Name: 'tick', ScheduleExpression: 'rate(1 hour)' }, '{"from":"schedule"}');
  await rule({ Name: 'orders', EventPattern: '{"source":["shop"]}' }, '{"from":"rule"}');
  await scheduler.send(
    new CreateScheduleCommand({
      Name: 'tock',
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: LIVE, RoleArn: ROLE, Input: '{"from":"scheduler"}' },
    }),
  );
}

async function rule(
  input: { Name: string; ScheduleExpression?: string; EventPattern?: string },
  Input: string,
) {
  await events.send(new PutRuleCommand({ State: 'ENABLED', ...input }));
  const RetryPolicy = { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 };
  const Targets = [{ Id: 't', Arn: LIVE, Input, RetryPolicy, DeadLetterConfig: { Arn: arnOf(failed) } }];
  await events.send(new PutTargetsCommand({ Rule: input.Name, Targets }));
}

/** What the function has logged so far, parsed. */
async function logged(): Promise<readonly { readonly level?: string; readonly message?: unknown }[]> {
  const page = await server.logs.send(new FilterLogEventsCommand({ logGroupName: LOG_GROUP }));
  return (page.events ?? []).map(({ message = '' }) => JSON.parse(message) as { level?: string });
}

/** Waits until the function has seen an event of which this is a part. */
async function seen(part: string): Promise<void> {
  const lines = await eventually(
    async () => JSON.stringify(await logged()),
    (text) => text.includes(part),
    60_000,
  );
  expect(lines).toContain(part);
}

test('the function runs as its properties say', async () => {
  const { payload } = await invoke(server.lambda, FunctionName, {}, { Qualifier: 'live' });
  expect(payload).toMatchObject({
    greeting: 'hello',
    memory: '256',
    layer: 1,
    arn: LIVE,
    version: '1',
    kind: 'provisioned-concurrency',
    node: 'v22',
  });
  expect((payload as { remaining: number }).remaining).toBeLessThanOrEqual(7000);
  const { Concurrency, Tags } = await server.lambda.send(new GetFunctionCommand({ FunctionName }));
  expect({ Concurrency, Tags }).toEqual({
    Concurrency: { ReservedConcurrentExecutions: 5 },
    Tags: { 'lambda:createdBy': 'SAM', team: 'blue' },
  });
  const { Configuration } = await server.lambda.send(new GetFunctionCommand(target));
  expect(Configuration).toMatchObject({
    Version: '1',
    Description: 'the first',
    EphemeralStorage: { Size: 1024 },
  });
});

test('its log goes where and as it says', async () => {
  await seen('"seen"');
  const levels = (await logged()).map(({ level }) => level);
  expect(levels).toContain('INFO');
  expect(levels).not.toContain('DEBUG');
});

test('its URL answers, pages of its origin too', async () => {
  const place = new URL(url);
  const path = `${server.endpoint}/_aws/lambda-url/${place.hostname.split('.')[0]}/`;
  const answer = await fetch(path, { headers: { origin: 'https://shop.example' } });
  expect(await answer.json()).toMatchObject({ arn: LIVE, greeting: 'hello' });
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example');
});

test('what becomes of asynchronous events is told, without another try', async () => {
  const records = async (queue: TestQueue): Promise<string> =>
    (
      await eventually(
        async () => bodies(await receive(server.sqs, queue)),
        (texts) => texts.length > 0,
      )
    ).join('');
  await sendEvent(server.lambda, FunctionName, { n: 1 }, { Qualifier: 'live' });
  expect(await records(succeeded)).toContain('"condition":"Success"');
  await sendEvent(server.lambda, FunctionName, { fail: true }, { Qualifier: 'live' });
  expect(await records(failed)).toContain('"approximateInvokeCount":1');
});

test('each of its events arrives, as far as it is wanted', async () => {
  for (const wanted of [false, true]) {
    const MessageBody = JSON.stringify({ wanted, message: `queue-${wanted}` });
    await server.sqs.send(new SendMessageCommand({ QueueUrl: source.url, MessageBody }));
    const Key = wanted ? 'picture.png' : 'picture.txt';
    await s3.send(new PutObjectCommand({ Bucket: 'pictures', Key, Body: 'x' }));
    const kind = { DataType: 'String', StringValue: wanted ? 'wanted' : 'other' };
    await sns.send(new PublishCommand({ TopicArn, Message: `topic-${wanted}`, MessageAttributes: { kind } }));
    const Source = wanted ? 'shop' : 'elsewhere';
    await events.send(new PutEventsCommand({ Entries: [{ Source, DetailType: 'd', Detail: '{}' }] }));
  }
  // None of them may be older than a minute.
  for (const part of ['queue-true', 'picture.png', 'topic-true', '"from":"rule"']) await seen(part);
  await advanceClock(server, 3_600_000);
  for (const part of ['"from":"schedule"', '"from":"scheduler"']) await seen(part);
  const all = JSON.stringify(await logged());
  for (const unwanted of ['queue-false', 'picture.txt', 'topic-false']) expect(all).not.toContain(unwanted);
});

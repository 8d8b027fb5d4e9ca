import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  AddPermissionCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { CreateTopicCommand, PublishCommand, type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { advanceClock, RECORDER, recordedRuns, sendEvent, withFrozenClock } from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { updated } from '../support/lambda-requests.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { clientFor, makeQueue, queueClientFor, queueForRules, type TestQueue } from '../support/sns.ts';
import { createAlias, publish } from '../support/versions.ts';

const MINUTE_MS = 60_000;

let server: TestServer;
let sns: SNSClient;
let sqs: SQSClient;
let events: EventBridgeClient;
let made = 0;
const unique = (name: string): string => `${name}-${(made += 1)}`;
const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

beforeAll(async () => {
  server = await startServer();
  [sns, sqs] = [clientFor(server), queueClientFor(server)];
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const settings = { endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  events = new EventBridgeClient(settings);
});
afterAll(async () => {
  for (const client of [sns, sqs, events]) client.destroy();
  expect(await server.stop()).toBe(0);
});

/** Where the failure records of one alias of the function go. */
async function recordsOf(FunctionName: string, Qualifier: string, Destination: string): Promise<void> {
  await createAlias(server.lambda, FunctionName, Qualifier, '1');
  const DestinationConfig = { OnFailure: { Destination } };
  await server.lambda.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName, Qualifier, DestinationConfig }),
  );
}

async function busWithQueue(): Promise<{ busArn: string; queue: TestQueue }> {
  const [EventBusName, Rule, queue] = [
    unique('bus'),
    unique('rule'),
    await queueForRules(sqs, unique('queue')),
  ];
  const { EventBusArn: busArn = '' } = await events.send(new CreateEventBusCommand({ Name: EventBusName }));
  await events.send(new PutRuleCommand({ EventBusName, Name: Rule, EventPattern: '{"source":["lambda"]}' }));
  await events.send(new PutTargetsCommand({ EventBusName, Rule, Targets: [{ Id: 'q', Arn: queue.arn }] }));
  return { busArn, queue };
}

test('a failing event is tried three times, and its record and its dead letter arrive wherever they should', {
  timeout: 90_000,
}, async () => {
  const [name, keeper] = [unique('failing'), unique('keeper')];
  await Promise.all(
    [name, keeper].map(async (each) => await deploy(server.lambda, each, { 'index.js': RECORDER })),
  );
  const [records, dead] = [
    await makeQueue(sqs, unique('records'), false),
    await makeQueue(sqs, unique('dead'), false),
  ];
  const DeadLetterConfig = { TargetArn: dead.arn };
  await server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, DeadLetterConfig }));
  await updated(server.lambda, name);
  await publish(server.lambda, { FunctionName: name });
  const bus = await busWithQueue();
  await recordsOf(name, 'to-queue', records.arn);
  await recordsOf(name, 'to-function', arnOf(keeper));
  await recordsOf(name, 'to-bus', bus.busArn);
  const ids = new Map<string, string>();
  const runs = async (): Promise<number[]> => {
    const all = await recordedRuns(server, name);
    return [...ids.values()].map((id) => all.filter((run) => run.id === id).length);
  };
  const record = (alias: string): unknown => ({
    version: '1.0',
    timestamp: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) as unknown,
    requestContext: {
      requestId: ids.get(alias),
      functionArn: `${arnOf(name)}:${alias}`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 3,
    },
    requestPayload: { fail: true, alias },
    responseContext: { statusCode: 200, executedVersion: '1', functionError: 'Unhandled' },
    responsePayload: expect.objectContaining({ errorType: 'Error', errorMessage: 'as asked' }) as unknown,
  });
  await withFrozenClock(server, async () => {
    for (const alias of ['to-queue', 'to-function', 'to-bus'])
      ids.set(alias, await sendEvent(server.lambda, name, { fail: true, alias }, { Qualifier: alias }));
    await eventually(runs, (counts) => counts.every((count) => count === 1));
    // A minute after the first failure, two after the second; not a moment earlier.
    for (const [waitMs, runsBefore] of [
      [MINUTE_MS, 1],
      [2 * MINUTE_MS, 2],
    ] as const) {
      await advanceClock(server, waitMs - 1);
      expect(await runs()).toEqual([runsBefore, runsBefore, runsBefore]);
      await advanceClock(server, 1);
      expect(await runs()).toEqual([runsBefore + 1, runsBefore + 1, runsBefore + 1]);
    }
    await advanceClock(server, 6 * 60 * MINUTE_MS);
    expect(await runs()).toEqual([3, 3, 3]);
  });
  const inQueue = await records.take(1);
  expect(inQueue.map(({ body }) => JSON.parse(body) as unknown)).toEqual([record('to-queue')]);
  expect((await recordedRuns(server, keeper)).map(({ event }) => event)).toEqual([record('to-function')]);
  const onBus = await bus.queue.take(1);
  expect(onBus.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    expect.objectContaining({
      source: 'lambda',
      'detail-type': 'Lambda Function Invocation Result - Failure',
      resources: [bus.busArn, `${arnOf(name)}:to-bus`],
      detail: record('to-bus'),
    }),
  ]);
  const letters = await dead.take(3);
  expect(letters).toHaveLength(3);
  for (const { body, attributes } of letters) {
    const { alias } = JSON.parse(body) as { readonly alias: string };
    expect(JSON.parse(body)).toEqual({ fail: true, alias });
    expect(attributes).toEqual({ RequestID: ids.get(alias), ErrorCode: '200', ErrorMessage: 'as asked' });
  }
});

test('a topic fans out to queues and functions, to each what its filter lets through', {
  timeout: 60_000,
}, async () => {
  const name = unique('listener');
  await deploy(server.lambda, name, { 'index.js': RECORDER });
  const [everything, large] = [await makeQueue(sqs, unique('all')), await makeQueue(sqs, unique('large'))];
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: unique('uploads') }));
  await server.lambda.send(
    new AddPermissionCommand({
      FunctionName: name,
      StatementId: 'topic',
      Action: 'lambda:InvokeFunction',
      Principal: 'sns.amazonaws.com',
      SourceArn: TopicArn,
    }),
  );
  const subscribe = async (Endpoint: string, Attributes: Record<string, string>): Promise<void> => {
    const Protocol = Endpoint.split(':')[2];
    await sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes }));
  };
  const raw = { RawMessageDelivery: 'true' };
  await subscribe(everything.arn, raw);
  await subscribe(large.arn, {
    ...raw,
    FilterPolicyScope: 'MessageBody',
    FilterPolicy: '{"object":{"size":[{"numeric":[">",1000]}]}}',
  });
  await subscribe(arnOf(name), { FilterPolicy: '{"kind":["image"]}' });
  const uploads = [
    ['cat.jpg', 5000, 'image'],
    ['note.txt', 10, 'text'],
    ['dog.png', 20, 'image'],
    ['film.mp4', 90_000, 'film'],
  ] as const;
  for (const [key, size, kind] of uploads)
    await sns.send(
      new PublishCommand({
        TopicArn,
        Message: JSON.stringify({ object: { key, size } }),
        MessageAttributes: { kind: { DataType: 'String', StringValue: kind } },
      }),
    );
  // Everything is delivered before time goes on.
  await advanceClock(server, MINUTE_MS);
  const keyIn = (text: string): string => (JSON.parse(text) as { object: { key: string } }).object.key;
  const keys = async (queue: TestQueue, count: number): Promise<string[]> =>
    (await queue.take(count)).map(({ body }) => keyIn(body)).toSorted();
  expect(await keys(everything, 4)).toEqual(['cat.jpg', 'dog.png', 'film.mp4', 'note.txt']);
  expect(await keys(large, 2)).toEqual(['cat.jpg', 'film.mp4']);
  const seen = (await recordedRuns(server, name)).map(({ event }) => {
    const [{ Sns }] = event['Records'] as [{ readonly Sns: { readonly Message: string } }];
    return keyIn(Sns.Message);
  });
  expect(seen.toSorted()).toEqual(['cat.jpg', 'dog.png']);
});

import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  AddPermissionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  type SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventCounts, RECORDER, recordedRuns, sendEvent } from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { updated } from '../support/lambda-requests.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { clientFor, makeQueue, queueClientFor, type TestQueue } from '../support/sns.ts';
import { untilPrinted } from '../support/until-printed.ts';

const EVENTS = 'arn:aws:events:us-east-1:000000000000';

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
  events = new EventBridgeClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  for (const client of [sns, sqs, events]) client.destroy();
  expect(await server.stop()).toBe(0);
});

async function deployed(): Promise<string> {
  const name = unique('function');
  await deploy(server.lambda, name, { 'index.js': RECORDER });
  return name;
}

/** A topic whose messages arrive in a queue as they are. */
async function listenedTopic(): Promise<{ topicArn: string; queue: TestQueue }> {
  const { TopicArn: topicArn = '' } = await sns.send(new CreateTopicCommand({ Name: unique('topic') }));
  const queue = await makeQueue(sqs, unique('queue'));
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: queue.arn,
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  return { topicArn, queue };
}

async function sendRecords(FunctionName: string, Destination: string): Promise<void> {
  const DestinationConfig = { OnSuccess: { Destination }, OnFailure: { Destination } };
  await server.lambda.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0, DestinationConfig }),
  );
}

test('records come to a topic, with the trace of the run', async () => {
  const name = await deployed();
  const { topicArn, queue } = await listenedTopic();
  await sendRecords(name, topicArn);
  const requestId = await sendEvent(server.lambda, name, { n: 1 });
  const [message] = await queue.take(1);
  expect(JSON.parse(message?.body ?? '')).toMatchObject({
    requestContext: { requestId, functionArn: `${arnOf(name)}:$LATEST`, condition: 'Success' },
    requestPayload: { n: 1 },
    responsePayload: { seen: { n: 1 } },
  });
  expect(message?.system['AWSTraceHeader']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/);
});

test('records come to an event bus as events of Lambda', async () => {
  const [name, bus, rule, queueName] = [await deployed(), unique('bus'), unique('rule'), unique('queue')];
  const busArn = `${EVENTS}:event-bus/${bus}`;
  await events.send(new CreateEventBusCommand({ Name: bus }));
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:*',
      Resource: '*',
    },
  });
  await sqs.send(new CreateQueueCommand({ QueueName: queueName, Attributes: { Policy } }));
  const queue = await makeQueue(sqs, queueName, false);
  const EventPattern = '{"source":["lambda"]}';
  await events.send(new PutRuleCommand({ EventBusName: bus, Name: rule, EventPattern }));
  const Targets = [{ Id: 't', Arn: queue.arn }];
  await events.send(new PutTargetsCommand({ EventBusName: bus, Rule: rule, Targets }));
  await sendRecords(name, busArn);
  await sendEvent(server.lambda, name, { n: 1 });
  const expected = (result: string, detail: object) => ({
    source: 'lambda',
    'detail-type': `Lambda Function Invocation Result - ${result}`,
    account: '000000000000',
    resources: [busArn, `${arnOf(name)}:$LATEST`],
    detail,
  });
  expect(JSON.parse((await queue.take(1))[0]?.body ?? '')).toMatchObject(
    expected('Success', { requestContext: { condition: 'Success' }, requestPayload: { n: 1 } }),
  );
  await sendEvent(server.lambda, name, { fail: true });
  expect(JSON.parse((await queue.take(1))[0]?.body ?? '')).toMatchObject(
    expected('Failure', {
      requestContext: { condition: 'RetriesExhausted' },
      responsePayload: { errorMessage: 'as asked' },
    }),
  );
});

test('dead letters come to a topic with their attributes', async () => {
  const name = await deployed();
  const { topicArn, queue } = await listenedTopic();
  await server.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: name, DeadLetterConfig: { TargetArn: topicArn } }),
  );
  await updated(server.lambda, name);
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 0 }),
  );
  const id = await sendEvent(server.lambda, name, { n: 1 });
  const [letter] = await queue.take(1);
  expect(letter?.body).toBe('{"n":1}');
  expect(letter?.attributes).toEqual({ RequestID: id, ErrorCode: '429', ErrorMessage: 'Rate Exceeded.' });
});

test('a record for a topic that was deleted is counted and holds nothing up', async () => {
  const name = await deployed();
  const { topicArn } = await listenedTopic();
  await sendRecords(name, topicArn);
  await sns.send(new DeleteTopicCommand({ TopicArn: topicArn }));
  const before = (await eventCounts(server))['undelivered'] ?? 0;
  await sendEvent(server.lambda, name, { n: 1 });
  await eventually(
    async () => (await eventCounts(server))['undelivered'],
    (undelivered) => undelivered === before + 1,
  );
  await untilPrinted(server, topicArn);
});

/** Tells its trace, and fails once records of three runs are in its event. */
const TRACER = `
exports.handler = async (event, context) => {
  const seen = { trace: process.env._X_AMZN_TRACE_ID };
  console.log('ran ' + JSON.stringify({ event: seen, id: context.awsRequestId }));
  if (JSON.stringify(event).split('approximateInvokeCount').length > 3) throw new Error('far enough');
};`;

test('a chain that leads over a topic is counted in its trace', async () => {
  const name = unique('function');
  await deploy(server.lambda, name, { 'index.js': TRACER });
  const { topicArn } = await listenedTopic();
  await server.lambda.send(
    new AddPermissionCommand({
      FunctionName: name,
      StatementId: 'topic',
      Action: 'lambda:InvokeFunction',
      Principal: 'sns.amazonaws.com',
      SourceArn: topicArn,
    }),
  );
  await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'lambda', Endpoint: arnOf(name) }));
  const DestinationConfig = { OnSuccess: { Destination: topicArn } };
  await server.lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: name,
      MaximumRetryAttempts: 0,
      DestinationConfig,
    }),
  );
  await sendEvent(server.lambda, name, { n: 1 });
  const runs = await eventually(
    async () => await recordedRuns(server, name),
    (found) => found.length >= 4,
  );
  const traces = runs.map(({ event }) => String(event['trace']));
  expect(new Set(traces.map((trace) => /Root=([^;]+)/.exec(trace)?.[1])).size).toBe(1);
  const counts = traces.map((trace) => Number(/Lineage=\d+:[0-9a-f]+:(\d+)/.exec(trace)?.[1]));
  expect(counts.map((count) => count - (counts[0] ?? 0))).toEqual([0, 1, 2, 3]);
});

test.each([
  ['a FIFO topic as destination', 'arn:aws:sns:us-east-1:000000000000:refused.fifo', 'is invalid'],
  ['a bus that is not there', `${EVENTS}:event-bus/missing`, 'is invalid'],
])('refuses %s', async (_, arn, message) => {
  if (arn.endsWith('.fifo'))
    await sns.send(new CreateTopicCommand({ Name: 'refused.fifo', Attributes: { FifoTopic: 'true' } }));
  const name = await deployed();
  await expect(sendRecords(name, arn)).rejects.toThrow(message);
});

test('refuses a FIFO topic, and one that is not there, for dead letters', async () => {
  const name = await deployed();
  await sns.send(new CreateTopicCommand({ Name: 'dead.fifo', Attributes: { FifoTopic: 'true' } }));
  const change = async (topic: string) => {
    const DeadLetterConfig = { TargetArn: `arn:aws:sns:us-east-1:000000000000:${topic}` };
    const command = new UpdateFunctionConfigurationCommand({ FunctionName: name, DeadLetterConfig });
    return await server.lambda.send(command);
  };
  await expect(change('dead.fifo')).rejects.toThrow('is of type FIFO, which is not supported.');
  await expect(change('missing')).rejects.toThrow(
    'The provided execution role does not have permissions to call Publish on SNS',
  );
});

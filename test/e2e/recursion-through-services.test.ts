import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { AddPermissionCommand, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventCounts, recordedRuns, sendEvent } from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let sns: SNSClient;
let events: EventBridgeClient;
let made = 0;
const unique = (name: string): string => `${name}-${(made += 1)}`;
const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

beforeAll(async () => {
  server = await startServer();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const settings = { endpoint: server.endpoint, region: 'us-east-1', credentials };
  [sns, events] = [new SNSClient(settings), new EventBridgeClient(settings)];
});
afterAll(async () => {
  for (const client of [sns, events]) client.destroy();
  expect(await server.stop()).toBe(0);
});

async function letIn(FunctionName: string, service: string, SourceArn: string): Promise<void> {
  await server.lambda.send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: 'loop',
      Action: 'lambda:InvokeFunction',
      Principal: `${service}.amazonaws.com`,
      SourceArn,
    }),
  );
}

/** Sends one event into a loop. @returns how often the function ran until it was stopped */
async function runsInLoop(name: string): Promise<number> {
  const before = await eventCounts(server);
  await sendEvent(server.lambda, name, { n: 1 });
  await eventually(
    async () => await eventCounts(server),
    (counts) => counts['failed'] === Number(before['failed']) + 1 && counts['inHand'] === 0,
  );
  return (await recordedRuns(server, name)).length;
}

const logged = `console.log('ran ' + JSON.stringify({ event: {}, id: context.awsRequestId }));`;

/** Sends on what it gets, with the SDK that the platform brings. */
const PUBLISHER = `
const { SNSClient, PublishCommand } = require('@aws-sdk/client-sns');
const client = new SNSClient({});
exports.handler = async (event, context) => {
  ${logged}
  await client.send(new PublishCommand({ TopicArn: process.env.TOPIC, Message: 'again' }));
};`;

const PUTTER = `
const { EventBridgeClient, PutEventsCommand } = require('@aws-sdk/client-eventbridge');
const client = new EventBridgeClient({});
exports.handler = async (event, context) => {
  ${logged}
  const Entries = [{ EventBusName: process.env.BUS, Source: 'loop', DetailType: 'again', Detail: '{}' }];
  await client.send(new PutEventsCommand({ Entries }));
};`;

test('a loop through a topic is stopped after 16 invocations', { timeout: 90_000 }, async () => {
  const name = unique('publisher');
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: unique('topic') }));
  await deploy(
    server.lambda,
    name,
    { 'index.js': PUBLISHER },
    { Environment: { Variables: { TOPIC: TopicArn } } },
  );
  await letIn(name, 'sns', TopicArn);
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: arnOf(name) }));
  expect(await runsInLoop(name)).toBe(16);
});

async function busTo(name: string, source: string): Promise<string> {
  const [bus, Rule] = [unique('bus'), unique('rule')];
  const { EventBusArn: busArn = '' } = await events.send(new CreateEventBusCommand({ Name: bus }));
  const EventPattern = JSON.stringify({ source: [source] });
  const { RuleArn = '' } = await events.send(
    new PutRuleCommand({ EventBusName: bus, Name: Rule, EventPattern }),
  );
  const Targets = [{ Id: 'f', Arn: arnOf(name) }];
  await events.send(new PutTargetsCommand({ EventBusName: bus, Rule, Targets }));
  await letIn(name, 'events', RuleArn);
  return busArn;
}

test('so is one of events that a function puts on a bus', { timeout: 90_000 }, async () => {
  const name = unique('putter');
  const BUS = `arn:aws:events:us-east-1:000000000000:event-bus/bus-${made + 1}`;
  await deploy(server.lambda, name, { 'index.js': PUTTER }, { Environment: { Variables: { BUS } } });
  expect(await busTo(name, 'loop')).toBe(BUS);
  expect(await runsInLoop(name)).toBe(16);
});

test('and one of records that go to a bus', { timeout: 90_000 }, async () => {
  const name = unique('recorded');
  await deploy(server.lambda, name, {
    'index.js': `exports.handler = async (event, context) => { ${logged} };`,
  });
  const Destination = await busTo(name, 'lambda');
  await server.lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: name,
      DestinationConfig: { OnSuccess: { Destination } },
    }),
  );
  expect(await runsInLoop(name)).toBe(16);
});

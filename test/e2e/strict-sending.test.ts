import { DeleteRolePolicyCommand, type IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  InvokeCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventCounts } from '../support/async-events.ts';
import { eventually } from '../support/functions.ts';
import { iamOf, type Keys, makeRole, policyText, settingsFor } from '../support/identities.ts';
import { deploy, refusal, uniqueName, updated } from '../support/lambda-requests.ts';
import { makeQueue, nextMessage, receive } from '../support/queues.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { untilPrinted } from '../support/until-printed.ts';
import { zipOf } from '../support/zip.ts';

/** `--auth strict`: records and dead letters go where the function's execution role may send. */
const ACCOUNT = '123456789012';
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };
const POLICY = 'sends';

let server: TestServer;
let iam: IAMClient;
let lambda: LambdaClient;
let sqs: SQSClient;

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: `${ROOT.accessKeyId}:${ROOT.secretAccessKey}:${ACCOUNT}` },
  });
  iam = iamOf(server.endpoint, ROOT);
  lambda = new LambdaClient(settingsFor(server.endpoint, ROOT));
  sqs = new SQSClient(settingsFor(server.endpoint, ROOT));
});

afterAll(async () => {
  for (const client of [iam, lambda, sqs]) client.destroy();
  expect(await server.stop()).toBe(0);
});

interface Sender {
  readonly FunctionName: string;
  readonly FunctionArn: string;
  /** From then on its role may do this and nothing else. */
  readonly allow: (action: string, resource: string) => Promise<void>;
  readonly deny: () => Promise<void>;
}

async function sender(source = 'exports.handler = async (event) => event;'): Promise<Sender> {
  const RoleName = uniqueName('role');
  const Role = await makeRole(iam, RoleName);
  const Code = { ZipFile: await zipOf({ 'index.js': source }) };
  const { FunctionName, FunctionArn } = await deploy(lambda, { Role, Code });
  return {
    FunctionName,
    FunctionArn,
    allow: async (action, resource) => {
      const PolicyDocument = policyText(action, resource);
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: POLICY, PolicyDocument }));
    },
    deny: async () => {
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: POLICY }));
    },
  };
}

async function queue() {
  const made = await makeQueue(sqs);
  return { ...made, arn: `arn:aws:sqs:us-east-1:${ACCOUNT}:${made.name}` };
}

function recordsTo(FunctionName: string, Destination: string): PutFunctionEventInvokeConfigCommand {
  const DestinationConfig = { OnSuccess: { Destination } };
  return new PutFunctionEventInvokeConfigCommand({
    FunctionName,
    MaximumRetryAttempts: 0,
    DestinationConfig,
  });
}

async function send(FunctionName: string, event: object): Promise<void> {
  const Payload = JSON.stringify(event);
  await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
}

async function undelivered(): Promise<number> {
  return (await eventCounts(server))['undelivered'] ?? 0;
}

test('a destination is refused, and not sent to, unless the role may', async () => {
  const { FunctionName, allow, deny } = await sender();
  const to = await queue();
  expect(await refusal(lambda.send(recordsTo(FunctionName, to.arn)))).toEqual({
    name: 'InvalidParameterValueException',
    message: `The function's execution role does not have permissions to call SendMessage on ${to.arn}`,
    status: 400,
    type: 'User',
  });
  await allow('sqs:SendMessage', to.arn);
  await lambda.send(recordsTo(FunctionName, to.arn));
  await send(FunctionName, { n: 1 });
  expect(JSON.parse((await nextMessage(sqs, to)).Body ?? '')).toMatchObject({ requestPayload: { n: 1 } });
  await deny();
  const before = await undelivered();
  await send(FunctionName, { n: 2 });
  await eventually(undelivered, (count) => count === before + 1);
  expect(await receive(sqs, to)).toEqual([]);
  await untilPrinted(server, 'is not authorized to perform: sqs:SendMessage');
});

test('so is a function that records go to', async () => {
  const first = await sender();
  const second = await sender();
  expect(await refusal(lambda.send(recordsTo(first.FunctionName, second.FunctionArn)))).toMatchObject({
    message: `The function's execution role does not have permissions to call InvokeFunction on ${second.FunctionArn}`,
  });
  await first.allow('lambda:InvokeFunction', second.FunctionArn);
  await lambda.send(recordsTo(first.FunctionName, second.FunctionArn));
  const to = await queue();
  await second.allow('sqs:SendMessage', to.arn);
  await lambda.send(recordsTo(second.FunctionName, to.arn));
  await send(first.FunctionName, { n: 1 });
  expect(JSON.parse((await nextMessage(sqs, to)).Body ?? '')).toMatchObject({
    requestPayload: { requestPayload: { n: 1 } },
  });
  await first.deny();
  const before = await undelivered();
  await send(first.FunctionName, { n: 2 });
  await eventually(undelivered, (count) => count === before + 1);
  expect(await receive(sqs, to)).toEqual([]);
});

test('dead letters go no further than the role either', async () => {
  const { FunctionName, allow, deny } = await sender(
    'exports.handler = async () => { throw new Error("no"); };',
  );
  const dead = await queue();
  await allow('sqs:SendMessage', dead.arn);
  const DeadLetterConfig = { TargetArn: dead.arn };
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, DeadLetterConfig }));
  await updated(lambda, FunctionName);
  await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 }));
  await send(FunctionName, { n: 1 });
  expect((await nextMessage(sqs, dead)).Body).toBe('{"n":1}');
  await deny();
  const before = await undelivered();
  await send(FunctionName, { n: 2 });
  await eventually(undelivered, (count) => count === before + 1);
  expect(await receive(sqs, dead)).toEqual([]);
});

import { AttachRolePolicyCommand, DetachRolePolicyCommand, type IAMClient } from '@aws-sdk/client-iam';
import {
  CreateEventSourceMappingCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { deploy, eventually } from '../support/functions.ts';
import { iamOf, type Keys, makeRole, policyText, settingsFor } from '../support/identities.ts';
import { ECHO, uniqueName } from '../support/lambda-requests.ts';
import { getMapping, makeMapping, PATIENCE_MS } from '../support/mappings.ts';
import { counts, makeQueue, sendAll } from '../support/queues.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { makeStream, putTexts } from '../support/streams.ts';

/** `--auth strict`: what is polled for a function is what its execution role may read. */
const ACCOUNT = '123456789012';
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };
const MANAGED = 'arn:aws:iam::aws:policy/service-role/';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let server: TestServer;
let iam: IAMClient;
let lambda: LambdaClient;
let sqs: SQSClient;
let kinesis: KinesisClient;

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: `AKIAOPERATOR:right-secret:${ACCOUNT}` },
  });
  const settings = settingsFor(server.endpoint, ROOT);
  iam = iamOf(server.endpoint, ROOT);
  lambda = new LambdaClient(settings);
  sqs = new SQSClient(settings);
  kinesis = new KinesisClient(settings);
});

afterAll(async () => {
  for (const client of [iam, lambda, sqs, kinesis]) client.destroy();
  expect(await server.stop()).toBe(0);
});

/** A function whose role may do nothing yet. */
async function makeFunction(): Promise<{ FunctionName: string; RoleName: string; Role: string }> {
  const FunctionName = uniqueName('polled');
  const RoleName = uniqueName('role');
  const Role = await makeRole(iam, RoleName);
  await deploy(lambda, FunctionName, { 'index.js': ECHO }, { Role });
  return { FunctionName, RoleName, Role };
}

async function allow(RoleName: string, ...actions: string[]): Promise<void> {
  const PolicyDocument = policyText(actions);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'polls', PolicyDocument }));
}

test('a queue is polled for a function whose role may receive, delete and describe', async () => {
  const { FunctionName, RoleName } = await makeFunction();
  const queue = await makeQueue(sqs);
  const EventSourceArn = `arn:aws:sqs:us-east-1:${ACCOUNT}:${queue.name}`;
  const creation = new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn });
  const refusal = (action: string) => ({
    name: 'InvalidParameterValueException',
    message: `The function execution role does not have permissions to call ${action} on SQS`,
  });
  await expect(lambda.send(creation)).rejects.toMatchObject(refusal('ReceiveMessage'));
  await allow(RoleName, 'sqs:ReceiveMessage');
  await expect(lambda.send(creation)).rejects.toMatchObject(refusal('DeleteMessage'));
  await allow(RoleName, 'sqs:ReceiveMessage', 'sqs:DeleteMessage');
  await expect(lambda.send(creation)).rejects.toMatchObject(refusal('GetQueueAttributes'));
  await allow(RoleName, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes');
  const { UUID } = await makeMapping(lambda, { FunctionName, EventSourceArn });
  await sendAll(sqs, queue, 'a');
  await eventually(
    async () => await counts(sqs, queue),
    ([waiting, inFlight]) => waiting + inFlight === 0,
    PATIENCE_MS,
  );
  const other = await makeFunction();
  await expect(
    lambda.send(new UpdateEventSourceMappingCommand({ UUID, FunctionName: other.FunctionName })),
  ).rejects.toMatchObject(refusal('ReceiveMessage'));
});

test('a stream is read as long as the role may read it', async () => {
  const { FunctionName, RoleName, Role } = await makeFunction();
  const stream = await makeStream(kinesis);
  const input = { FunctionName, EventSourceArn: stream.arn, StartingPosition: 'TRIM_HORIZON' } as const;
  await expect(lambda.send(new CreateEventSourceMappingCommand(input))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message:
      `Cannot access stream ${stream.arn}. Please ensure the role can perform the GetRecords, GetShardIterator, ` +
      'DescribeStream, and ListStreams Actions on your stream in IAM.',
  });
  const PolicyArn = `${MANAGED}AWSLambdaKinesisExecutionRole`;
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  const { UUID } = await makeMapping(lambda, input);
  const untilResult = async (result: string): Promise<void> => {
    await eventually(
      async () => await getMapping(lambda, UUID),
      ({ LastProcessingResult }) => LastProcessingResult === result,
      PATIENCE_MS,
    );
  };
  await putTexts(kinesis, stream, ['a']);
  await untilResult('OK');
  await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  await putTexts(kinesis, stream, ['b']);
  await untilResult(
    `PROBLEM: ${Role} is not authorized to perform: kinesis:GetRecords on resource: ${stream.arn}`,
  );
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  await untilResult('OK');
});

import { PutFunctionRecursionConfigCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventCounts } from '../support/async-events.ts';
import { available } from '../support/commands.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

/** Calls the function it is told to, with the SDK that the platform brings, and reports how deep the chain went. */
const CALLER = `
const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');
const client = new LambdaClient({ maxAttempts: 1 });
exports.handler = async (event, context) => {
  if (event.depth >= event.deepest) return { depth: event.depth };
  const next = { ...event, depth: event.depth + 1 };
  const FunctionName = event.partner && event.depth % 2 === 0 ? event.partner : event.self;
  try {
    const answer = await client.send(new InvokeCommand({
      FunctionName, Payload: JSON.stringify(next), InvocationType: event.type ?? 'RequestResponse',
    }));
    return event.type === 'Event' ? {} : JSON.parse(answer.Payload.transformToString());
  } catch (error) {
    return { depth: event.depth, error: error.name, message: error.message };
  }
};`;

const PYTHON_CALLER = `
import boto3, botocore, json
client = boto3.client("lambda", config=botocore.config.Config(retries={"max_attempts": 0}, read_timeout=300))
def handler(event, context):
    if event["depth"] >= event["deepest"]:
        return {"depth": event["depth"]}
    following = {**event, "depth": event["depth"] + 1}
    try:
        answer = client.invoke(FunctionName=event["self"], Payload=json.dumps(following))
        return json.loads(answer["Payload"].read())
    except botocore.exceptions.ClientError as error:
        return {"depth": event["depth"], "error": error.response["Error"]["Code"]}
`;

/** With processor time enough: each of a chain starts an environment that loads an SDK. */
const ROOMY = { Timeout: 300, MemorySize: 1769 };

const STOPPED = { error: 'RecursiveInvocationException' };

test('a function that calls itself is stopped after 16 invocations', { timeout: 120_000 }, async () => {
  await deploy(server.lambda, 'circle', { 'index.js': CALLER }, ROOMY);
  const event = { self: 'circle', depth: 1, deepest: 20 };
  const { payload } = await invoke(server.lambda, 'circle', event);
  expect(payload).toEqual({ ...STOPPED, depth: 16, message: expect.stringContaining('recursive loop') });
  // A chain that ends in time, and one that begins anew, are nobody's business.
  expect((await invoke(server.lambda, 'circle', { ...event, deepest: 16 })).payload).toEqual({ depth: 16 });
});

test('two functions that call each other are stopped all the same', { timeout: 120_000 }, async () => {
  await deploy(server.lambda, 'ping', { 'index.js': CALLER }, ROOMY);
  await deploy(server.lambda, 'pong', { 'index.js': CALLER }, ROOMY);
  const event = { self: 'ping', partner: 'pong', depth: 0, deepest: 40 };
  const { payload } = await invoke(server.lambda, 'ping', event);
  // ping and pong in turn: the 33rd invocation would be ping's 17th.
  expect(payload).toMatchObject({ ...STOPPED, depth: 31 });
});

test('a function that may loop goes on', { timeout: 120_000 }, async () => {
  await deploy(server.lambda, 'spiral', { 'index.js': CALLER }, ROOMY);
  await server.lambda.send(
    new PutFunctionRecursionConfigCommand({ FunctionName: 'spiral', RecursiveLoop: 'Allow' }),
  );
  const event = { self: 'spiral', depth: 1, deepest: 20 };
  expect((await invoke(server.lambda, 'spiral', event)).payload).toEqual({ depth: 20 });
  await server.lambda.send(
    new PutFunctionRecursionConfigCommand({ FunctionName: 'spiral', RecursiveLoop: 'Terminate' }),
  );
  expect((await invoke(server.lambda, 'spiral', event)).payload).toMatchObject(STOPPED);
});

test('a loop of events ends by itself', { timeout: 120_000 }, async () => {
  await deploy(server.lambda, 'echoing', { 'index.js': CALLER }, ROOMY);
  const before = await eventCounts(server);
  await invoke(server.lambda, 'echoing', { self: 'echoing', type: 'Event', depth: 1, deepest: 1000 });
  const after = await eventually(
    async () => await eventCounts(server),
    (counts) => counts['failed'] === Number(before['failed']) + 1 && counts['inHand'] === 0,
  );
  // The first of the sixteen was invoked directly.
  expect(Number(after['succeeded'])).toBe(Number(before['succeeded']) + 15);
});

test.skipIf(!available('python3', '-c', 'import boto3'))(
  'boto3 carries the chain on',
  { timeout: 120_000 },
  async () => {
    await deploy(server.lambda, 'snake', { 'index.py': PYTHON_CALLER }, { ...ROOMY, Runtime: 'python3.11' });
    const event = { self: 'snake', depth: 1, deepest: 20 };
    expect((await invoke(server.lambda, 'snake', event)).payload).toEqual({ ...STOPPED, depth: 16 });
  },
);

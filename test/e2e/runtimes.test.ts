import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { available } from '../support/commands.ts';
import { deploy, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const SHELL_BOOTSTRAP = `#!/bin/sh
set -eu
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while :; do
  head=$(mktemp)
  event=$(curl -sS -D "$head" "$api/invocation/next")
  id=$(grep -i '^lambda-runtime-aws-request-id:' "$head" | tr -d '\\r' | cut -d' ' -f2)
  echo "handling $_HANDLER $id"
  curl -sS -X POST "$api/invocation/$id/response" -d "{\\"seen\\":$event,\\"root\\":\\"$(basename "$PWD")\\"}" >/dev/null
done
`;

describe.skipIf(!available('curl', '--version'))('a custom runtime', () => {
  test('a shell script named bootstrap serves over the Runtime API', async () => {
    await deploy(
      server.lambda,
      'shell',
      { bootstrap: SHELL_BOOTSTRAP },
      { Runtime: 'provided.al2023', Handler: 'any.thing' },
    );
    const first = await invoke(server.lambda, 'shell', { n: 1 });
    expect(first).toMatchObject({ status: 200, functionError: undefined, payload: { seen: { n: 1 } } });
    expect(first.log).toContain(`handling any.thing ${first.requestId}`);
    expect((await invoke(server.lambda, 'shell', { n: 2 })).payload).toMatchObject({ seen: { n: 2 } });
  });
});

test('a package without a bootstrap is an invalid entry point', async () => {
  await deploy(server.lambda, 'empty', { 'readme.txt': 'nothing to run' }, { Runtime: 'provided.al2023' });
  const answer = await invoke(server.lambda, 'empty');
  expect(answer).toMatchObject({
    functionError: 'Unhandled',
    payload: { errorType: 'Runtime.InvalidEntrypoint' },
  });
});

test('Node.js: ES modules, a handler in a folder, the SDK without packaging it, the context', async () => {
  const code = `
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
const client = new LambdaClient({});
export const run = async (event, context) => {
  const { Functions } = await client.send(new ListFunctionsCommand({}));
  return { names: Functions.map((f) => f.FunctionName), arn: context.invokedFunctionArn, memory: context.memoryLimitInMB,
    left: context.getRemainingTimeInMillis() > 0, client: context.clientContext?.custom, env: process.env.GREETING, node: process.version };
};`;
  await deploy(
    server.lambda,
    'modules',
    { 'lib/entry.mjs': code },
    {
      Runtime: 'nodejs20.x',
      Handler: 'lib/entry.run',
      MemorySize: 512,
      Environment: { Variables: { GREETING: 'hello' } },
    },
  );
  const context = Buffer.from(JSON.stringify({ custom: { a: '1' } })).toString('base64');
  const answer = await invoke(server.lambda, 'modules', {}, { ClientContext: context });
  expect(answer.payload).toMatchObject({
    names: expect.arrayContaining(['modules']),
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:modules',
    memory: '512',
    left: true,
    client: { a: '1' },
    env: 'hello',
    node: expect.stringMatching(/^v20\./),
  });
});

describe.skipIf(!available('python3', '-c', 'import boto3'))('Python', () => {
  test('calls back with the boto3 of its interpreter', async () => {
    const code = `
import boto3, os
def handler(event, context):
    names = [f["FunctionName"] for f in boto3.client("lambda").list_functions()["Functions"]]
    return {"names": names, "stream": context.log_stream_name == os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]}
`;
    await deploy(
      server.lambda,
      'boto',
      { 'app.py': code },
      { Runtime: 'python3.11', Handler: 'app.handler', MemorySize: 512, Timeout: 30 },
    );
    const answer = await invoke(server.lambda, 'boto');
    expect(answer.payload).toEqual({ names: expect.arrayContaining(['boto']), stream: true });
  });
});

import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { AttachRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sign } from '../../cli/sign.ts';
import { deploy, invoke } from '../support/functions.ts';
import { iamOf, type Keys, makeRole, policyText, userWith } from '../support/identities.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** `--auth strict`: signatures are verified, for callers and for functions that call back. */
const OPERATOR: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };

let server: TestServer;
let known: LambdaClient;
let Role: string;

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: 'AKIAOPERATOR:right-secret:123456789012' },
  });
  known = client('AKIAOPERATOR', 'right-secret');
  const iam = iamOf(server.endpoint, OPERATOR);
  Role = await makeRole(iam, 'any');
  const PolicyArn = 'arn:aws:iam::aws:policy/AWSLambda_ReadOnlyAccess';
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'any', PolicyArn }));
  iam.destroy();
});

afterAll(async () => {
  known.destroy();
  expect(await server.stop()).toBe(0);
});

function client(accessKeyId: string, secretAccessKey: string): LambdaClient {
  return new LambdaClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
}

function signed(credentials: Keys, method: string, url: URL, body = ''): Record<string, string> {
  const request = { method, url, headers: {}, body: Buffer.from(body) };
  return sign(request, { service: 'lambda', region: 'us-east-1', credentials, now: new Date() });
}

/** One of the platform's own routes. */
async function toPlatform(keys: Keys, method: string, path: string, body?: string): Promise<Response> {
  const url = new URL(`/_lambent/${path}`, server.endpoint);
  return await fetch(url, { method, headers: signed(keys, method, url, body), ...(body && { body }) });
}

test('a known key works, in its own account', async () => {
  await deploy(
    known,
    'mine',
    { 'index.js': 'exports.handler = async (e, c) => c.invokedFunctionArn;' },
    { Role },
  );
  expect((await invoke(known, 'mine')).payload).toBe('arn:aws:lambda:us-east-1:123456789012:function:mine');
});

test.each([
  ['AKIAOPERATOR', 'wrong-secret', 'InvalidSignatureException'],
  ['AKIASTRANGER', 'right-secret', 'UnrecognizedClientException'],
])('%s with %s is refused: %s', async (id, secret, name) => {
  const stranger = client(id, secret);
  await expect(stranger.send(new ListFunctionsCommand({}))).rejects.toMatchObject({
    name,
    $metadata: { httpStatusCode: 403 },
  });
  await expect(stranger.send(new InvokeCommand({ FunctionName: 'mine' }))).rejects.toMatchObject({ name });
  stranger.destroy();
});

test('a request without a signature is refused', async () => {
  const answer = await fetch(`${server.endpoint}/2015-03-31/functions`);
  expect(answer.status).toBe(403);
  expect(answer.headers.get('x-amzn-errortype')).toContain('MissingAuthenticationToken');
});

test('arguments of InvokeAsync count as signed where no header says what of them was, as of botocore', async () => {
  await deploy(known, 'later', { 'index.js': 'exports.handler = async () => 1;' }, { Role });
  const url = new URL('/2014-11-13/functions/later/invoke-async/', server.endpoint);
  const ask = async (body: string, sent = body) => {
    const headers = signed(OPERATOR, 'POST', url, body);
    expect(headers).not.toHaveProperty('x-amz-content-sha256');
    return await fetch(url, { method: 'POST', headers, body: sent });
  };
  expect((await ask('{"a":1}')).status).toBe(202);
  const tampered = await ask('{"a":1}', '{"a":2}');
  expect(tampered.headers.get('x-amzn-errortype')).toBe('InvalidSignatureException');
});

test("a function's own credentials are good for calling back", async () => {
  const code = `
const { LambdaClient, ListFunctionsCommand } = require('@aws-sdk/client-lambda');
exports.handler = async () => (await new LambdaClient({}).send(new ListFunctionsCommand({}))).Functions.map((f) => f.FunctionName);`;
  await deploy(known, 'caller', { 'index.js': code }, { MemorySize: 512, Role });
  expect((await invoke(known, 'caller')).payload).toEqual(expect.arrayContaining(['caller']));
});

test("the platform's own routes are for keys of the configuration, but for its health", async () => {
  expect((await fetch(`${server.endpoint}/_lambent/health`)).status).toBe(200);
  const iam = iamOf(server.endpoint, OPERATOR);
  const { keys: administrator } = await userWith(iam, policyText('*'));
  iam.destroy();
  for (const [method, path] of [
    ['GET', 'environments'],
    ['GET', 'event-source-mappings'],
    ['GET', 'events?function=mine'],
    ['GET', 'runtimes'],
    ['GET', 'clock'],
    ['POST', 'clock'],
    ['POST', 'reset'],
  ] as const) {
    expect((await fetch(`${server.endpoint}/_lambent/${path}`, { method })).status).toBe(403);
    expect((await toPlatform(administrator, method, path)).status).toBe(403);
  }
  expect((await toPlatform(OPERATOR, 'GET', 'environments')).status).toBe(200);
});

test('callers sign in real time, whatever time it is on the platform', async () => {
  const turned = await toPlatform(OPERATOR, 'POST', 'clock', `{"advanceMs":${24 * 3_600_000}}`);
  expect(turned.status).toBe(200);
  expect((await known.send(new ListFunctionsCommand({}))).Functions).not.toEqual([]);
});

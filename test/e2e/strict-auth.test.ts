import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { AttachRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sign } from '../../cli/sign.ts';
import { advanceClock } from '../support/async-events.ts';
import { deploy, invoke } from '../support/functions.ts';
import { iamOf, makeRole } from '../support/identities.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** `--auth strict`: signatures are verified, for callers and for functions that call back. */
let server: TestServer;
let known: LambdaClient;
let Role: string;

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: 'AKIAOPERATOR:right-secret:123456789012' },
  });
  known = client('AKIAOPERATOR', 'right-secret');
  const iam = iamOf(server.endpoint, { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' });
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
    const credentials = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };
    const request = { method: 'POST', url, headers: {}, body: Buffer.from(body) };
    const headers = sign(request, { service: 'lambda', region: 'us-east-1', credentials, now: new Date() });
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

test('callers sign in real time, whatever time it is on the platform', async () => {
  await advanceClock(server, 24 * 3_600_000);
  expect((await known.send(new ListFunctionsCommand({}))).Functions).not.toEqual([]);
});

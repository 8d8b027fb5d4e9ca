import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  type IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AddPermissionCommand, LambdaClient, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sign } from '../../cli/sign.ts';
import { deploy } from '../support/functions.ts';
import { createUrl, web } from '../support/function-urls.ts';
import { iamOf, type Keys, makeRole, policyText, settingsFor } from '../support/identities.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** URLs that ask for a signature, where identities are looked at. */
const ACCOUNT = '123456789012';
const OTHER = '210987654321';
const STRANGER: Keys = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'other-secret' };
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };
const FORBIDDEN = {
  Message:
    'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
};
const CODE =
  'exports.handler = async ({ body, requestContext }) => ({ body, iam: requestContext.authorizer.iam });';

let server: TestServer;
let root: LambdaClient;
let iam: IAMClient;
let url: string;
let user: Keys;
const UserName = `caller-${randomUUID()}`;

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: `AKIAOPERATOR:right-secret:${ACCOUNT},AKIASTRANGER:other-secret:${OTHER}` },
  });
  root = new LambdaClient(settingsFor(server.endpoint, ROOT));
  iam = iamOf(server.endpoint, ROOT);
  await deploy(root, 'signed', { 'index.js': CODE }, { Role: await makeRole(iam, 'signed') });
  url = (await createUrl(root, { FunctionName: 'signed', AuthType: 'AWS_IAM' })).FunctionUrl ?? '';
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  user = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
});

afterAll(async () => {
  root.destroy();
  iam.destroy();
  expect(await server.stop()).toBe(0);
});

const allow = (actions: string | readonly string[], more: object = {}) =>
  iam.send(
    new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument: policyText(actions, '*', more) }),
  );

/** As the SDK signs, with whose client anything can be signed. */
async function signedBySdk(
  keys: Keys,
  body: string,
  more: { readonly headers?: Record<string, string>; readonly signingRegion?: string } = {},
): Promise<Record<string, string>> {
  const client = new LambdaClient(settingsFor(server.endpoint, keys));
  const { hostname, host, port, pathname: path } = new URL(url);
  const signer = await client.config.signer();
  const { headers: own, ...options } = more;
  const asked = { method: 'POST', protocol: 'http:', hostname, port: Number(port), path, query: {}, body };
  const { headers } = await signer.sign({ ...asked, headers: { host, ...own } }, options);
  client.destroy();
  return headers;
}

function signedAt(now: Date, keys: Keys): Record<string, string> {
  const request = { method: 'GET', url: new URL(url), headers: {}, body: Buffer.alloc(0) };
  return sign(request, { service: 'lambda', region: 'us-east-1', credentials: keys, now });
}

test('a request signed by the SDK passes when both actions are allowed', async () => {
  const ask = async () =>
    await web(url, { method: 'POST', body: 'hi', headers: await signedBySdk(user, 'hi') });
  const refused = { status: 403, body: JSON.stringify(FORBIDDEN) };
  await allow('s3:GetObject');
  expect(await ask()).toMatchObject(refused);
  await allow('lambda:InvokeFunctionUrl');
  expect(await ask()).toMatchObject(refused);
  const viaUrl = { Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } } };
  await allow('lambda:InvokeFunction', viaUrl);
  expect(await ask()).toMatchObject(refused);
  const both = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'];
  // The type is no matter of the second action: a condition on it lets nobody in.
  await allow(both, { Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } } });
  expect(await ask()).toMatchObject(refused);
  await allow(both);
  const answer = await ask();
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toMatchObject({
    iam: {
      accessKey: user.accessKeyId,
      accountId: ACCOUNT,
      userArn: `arn:aws:iam::${ACCOUNT}:user/${UserName}`,
      callerId: expect.stringMatching(/^AIDA/),
    },
  });
});

test('unsigned, tampered, expired and unknown signatures are refused', async () => {
  await allow('lambda:*');
  const good = await signedBySdk(user, 'hi');
  const ask = async (headers: Record<string, string>, body = 'hi') =>
    await web(url, { method: 'POST', body, headers });
  const refused = { status: 403, body: JSON.stringify(FORBIDDEN) };
  expect(await ask(good)).toMatchObject({ status: 200 });
  expect(await ask({})).toMatchObject(refused);
  expect(await ask(good, 'ho')).toMatchObject(refused);
  const wrong = { ...user, secretAccessKey: 'wrong' };
  expect(await ask(await signedBySdk(wrong, 'hi'))).toMatchObject(refused);
  expect(await ask(await signedBySdk({ ...user, accessKeyId: 'AKIANOBODY' }, 'hi'))).toMatchObject(refused);
  expect(await web(url, { headers: signedAt(new Date(), user) })).toMatchObject({ status: 200 });
  const old = new Date(Date.now() - 16 * 60_000);
  expect(await web(url, { headers: signedAt(old, user) })).toMatchObject(refused);
});

test('a body must be signed, and for the region of the URL', async () => {
  await allow('lambda:*');
  const ask = async (more: Parameters<typeof signedBySdk>[2], body = 'hi') =>
    await web(url, { method: 'POST', body, headers: await signedBySdk(user, body, more) });
  const refused = { status: 403, body: JSON.stringify(FORBIDDEN) };
  for (const hash of ['UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'])
    expect(await ask({ headers: { 'x-amz-content-sha256': hash } })).toMatchObject(refused);
  expect(await ask({ signingRegion: 'eu-west-1' })).toMatchObject(refused);
  expect(await ask({ signingRegion: 'us-east-1' })).toMatchObject({ status: 200 });
});

test('policies of the function let in who is named: of this account and of others', async () => {
  await allow('s3:GetObject');
  const refused = { status: 403, body: JSON.stringify(FORBIDDEN) };
  const ask = async (keys: Keys) => await web(url, { headers: signedAt(new Date(), keys) });
  const callers = [
    ['stranger', STRANGER, OTHER, `arn:aws:iam::${OTHER}:root`],
    ['user', user, `arn:aws:iam::${ACCOUNT}:user/${UserName}`, `arn:aws:iam::${ACCOUNT}:user/${UserName}`],
  ] as const;
  for (const [id, keys, Principal, userArn] of callers) {
    const permission = { FunctionName: 'signed', Principal };
    const ofUrl = { StatementId: `${id}-url`, Action: 'lambda:InvokeFunctionUrl' };
    const ofFunction = { StatementId: `${id}-function`, Action: 'lambda:InvokeFunction' };
    expect(await ask(keys)).toMatchObject(refused);
    // A permission for URLs that ask for no signature is none for this one.
    await root.send(new AddPermissionCommand({ ...permission, ...ofUrl, FunctionUrlAuthType: 'NONE' }));
    await root.send(new AddPermissionCommand({ ...permission, ...ofFunction, InvokedViaFunctionUrl: true }));
    expect(await ask(keys)).toMatchObject(refused);
    await root.send(new RemovePermissionCommand({ FunctionName: 'signed', StatementId: ofUrl.StatementId }));
    await root.send(new AddPermissionCommand({ ...permission, ...ofUrl, FunctionUrlAuthType: 'AWS_IAM' }));
    const answer = await ask(keys);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ iam: { userArn } });
    for (const { StatementId } of [ofUrl, ofFunction])
      await root.send(new RemovePermissionCommand({ FunctionName: 'signed', StatementId }));
    expect(await ask(keys)).toMatchObject(refused);
  }
});

test('curl signs by itself', async () => {
  await allow('lambda:*');
  const { hostname, port } = new URL(url);
  const { stdout } = await promisify(execFile)(
    'curl',
    [
      '-sS',
      '-w',
      '\n%{http_code}',
      '--resolve',
      `${hostname}:${port}:127.0.0.1`,
      '--aws-sigv4',
      'aws:amz:us-east-1:lambda',
      '--user',
      `${user.accessKeyId}:${user.secretAccessKey}`,
      '-d',
      'text',
      url,
    ],
    { timeout: 30_000 },
  );
  expect(stdout).toMatch(/\n200$/);
  expect(stdout).toContain(UserName);
});

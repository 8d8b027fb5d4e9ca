import { Agent } from 'node:https';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../support/certificates.ts';
import { available } from '../support/commands.ts';
import { deploy, invoke } from '../support/functions.ts';
import { type Keys, makeRole, policyText, settingsFor } from '../support/identities.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { health, untilWorkers } from '../support/workers.ts';

/** What policies ask of a connection is the same whichever process speaks TLS on it, and whichever answers. */
const ACCOUNT = '123456789012';
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };
const HERE = '127.0.0.5';
const THERE = '127.0.0.6';
const hasOpenssl = available('openssl', 'version');
if (!hasOpenssl) process.stderr.write('Conditions over TLS skipped: no openssl here\n');

describe.skipIf(!hasOpenssl).each([1, 3])('over TLS on %i processes', (workers) => {
  const FunctionName = uniqueName();
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: TestServer;
  let user: Keys;
  let putPolicy: (condition: object) => Promise<unknown>;

  const reaching = (keys: Keys, localAddress?: string) => ({
    ...settingsFor(server.endpoint, keys),
    requestHandler: new NodeHttpHandler({
      httpsAgent: new Agent({ ca: server.ca, keepAlive: true, ...(localAddress && { localAddress }) }),
    }),
  });

  beforeAll(async () => {
    folder = await temporaryDirectory();
    server = await startServer({
      tls: selfSigned(folder.path),
      flags: ['--auth', 'strict', '--workers', String(workers)],
      env: { LAMBENT_ACCESS_KEYS: `AKIAOPERATOR:right-secret:${ACCOUNT}` },
    });
    if (workers > 1) await untilWorkers(server, workers);
    const iam = new IAMClient(reaching(ROOT));
    const root = new LambdaClient(reaching(ROOT));
    const Role = await makeRole(iam, uniqueName());
    await deploy(root, FunctionName, { 'index.js': 'exports.handler = async () => "through";' }, { Role });
    const UserName = uniqueName();
    await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
    user = { accessKeyId, secretAccessKey };
    putPolicy = async (Condition) => {
      const PolicyDocument = policyText('lambda:*', '*', { Condition });
      await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }));
    };
  });

  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    await folder.remove();
  });

  /** What is said to an Invoke, to something else on the same connection, and to an Invoke after it. */
  async function asked(localAddress: string): Promise<string[]> {
    const client = new LambdaClient(reaching(user, localAddress));
    const answers: string[] = [];
    for (const ask of [
      async () => (await invoke(client, FunctionName, {}, { LogType: 'None' })).payload,
      async () => (await client.send(new ListFunctionsCommand({}))).Functions?.length,
      async () => (await invoke(client, FunctionName, {}, { LogType: 'None' })).payload,
    ])
      answers.push(
        await ask().then(
          (answer) => String(answer),
          ({ name }: Error) => name,
        ),
      );
    client.destroy();
    return answers;
  }

  const ALLOWED = ['through', '1', 'through'];
  const DENIED = ['AccessDeniedException', 'AccessDeniedException', 'AccessDeniedException'];

  test('a condition on the address', async () => {
    await putPolicy({ IpAddress: { 'aws:SourceIp': `${HERE}/32` } });
    expect(await asked(HERE)).toEqual(ALLOWED);
    expect(await asked(THERE)).toEqual(DENIED);
  });

  test('a condition on TLS', async () => {
    await putPolicy({ Bool: { 'aws:SecureTransport': 'true' } });
    expect(await asked(HERE)).toEqual(ALLOWED);
    await putPolicy({ Bool: { 'aws:SecureTransport': 'false' } });
    expect(await asked(HERE)).toEqual(DENIED);
  });

  test('it was the workers that were asked, where there are any', async () => {
    const told = (await health(server)).workers;
    expect(told).toHaveLength(workers === 1 ? 0 : workers);
    expect(told.reduce((sum, { invocations }) => sum + invocations, 0) > 0).toBe(workers > 1);
  });
});

import type { IAMClient } from '@aws-sdk/client-iam';
import {
  CreateFunctionUrlConfigCommand,
  DeleteFunctionUrlConfigCommand,
  DeleteResourcePolicyCommand,
  GetFunctionUrlConfigCommand,
  LambdaClient,
  PutResourcePolicyCommand,
  UpdateFunctionConfigurationCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy } from '../support/functions.ts';
import {
  allBut,
  iamOf,
  type Keys,
  makeRole,
  policyText,
  settingsFor,
  userWith,
} from '../support/identities.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** `--auth strict`: requests that are allowed by their own action need others as well, or are about more than they say. */
const ACCOUNT = '123456789012';
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };
const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`;

let server: TestServer;
let root: LambdaClient;
let iam: IAMClient;
let Role: string;
const clients: { destroy(): void }[] = [];

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: `AKIAOPERATOR:right-secret:${ACCOUNT}` },
  });
  root = lambdaAs(ROOT);
  iam = iamOf(server.endpoint, ROOT);
  clients.push(iam);
  Role = await makeRole(iam, 'any');
  await deploy(root, 'f', { 'index.js': 'exports.handler = async () => 1;' }, { Role });
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  expect(await server.stop()).toBe(0);
});

function lambdaAs(keys: Keys): LambdaClient {
  const client = new LambdaClient(settingsFor(server.endpoint, keys));
  clients.push(client);
  return client;
}

/** Of a new user who may do everything but this. */
async function lambdaWithout(Action: string, Resource = '*'): Promise<LambdaClient> {
  return lambdaAs((await userWith(iam, allBut({ Action, Resource }))).keys);
}

const denial = (action: string, resource: string) => ({
  name: 'AccessDeniedException',
  message: expect.stringContaining(`${action} on resource: ${resource} with an explicit deny`),
});

test('a policy is put, and deleted, by who may add and remove permissions', async () => {
  const Principal = { AWS: ACCOUNT };
  const Policy = policyText('lambda:InvokeFunction', FUNCTION, { Principal });
  const put = new PutResourcePolicyCommand({ ResourceArn: FUNCTION, Policy });
  const remove = new DeleteResourcePolicyCommand({ ResourceArn: FUNCTION });
  const addsNone = await lambdaWithout('lambda:AddPermission');
  await expect(addsNone.send(put)).rejects.toMatchObject(denial('lambda:AddPermission', FUNCTION));
  await root.send(put);
  const removesNone = await lambdaWithout('lambda:RemovePermission');
  for (const command of [put, remove])
    await expect(removesNone.send(command as typeof put)).rejects.toMatchObject(
      denial('lambda:RemovePermission', FUNCTION),
    );
  await addsNone.send(remove);
});

test('a URL is changed, shown and deleted by who may with its AuthType', async () => {
  for (const FunctionName of ['open', 'closed']) {
    await deploy(root, FunctionName, { 'index.js': 'exports.handler = async () => 1;' }, { Role });
    const AuthType = FunctionName === 'open' ? 'NONE' : 'AWS_IAM';
    await root.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType }));
  }
  const Condition = { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } };
  const { keys } = await userWith(iam, allBut({ Action: 'lambda:*FunctionUrlConfig', Condition }));
  const signed = lambdaAs(keys);
  const refused = { message: expect.stringContaining('with an explicit deny') };
  const commands = (FunctionName: string) => [
    new GetFunctionUrlConfigCommand({ FunctionName }),
    new UpdateFunctionUrlConfigCommand({ FunctionName, InvokeMode: 'RESPONSE_STREAM' }),
    new DeleteFunctionUrlConfigCommand({ FunctionName }),
  ];
  for (const command of commands('open'))
    await expect(signed.send(command as GetFunctionUrlConfigCommand)).rejects.toMatchObject(refused);
  const open = new UpdateFunctionUrlConfigCommand({ FunctionName: 'closed', AuthType: 'NONE' });
  await expect(signed.send(open)).rejects.toMatchObject(refused);
  for (const command of commands('closed')) await signed.send(command as GetFunctionUrlConfigCommand);
});

test('a function comes onto a capacity provider by who may pass that', async () => {
  const CapacityProviderArn = `arn:aws:lambda:us-east-1:${ACCOUNT}:capacity-provider:machine`;
  const passesNone = await lambdaWithout('lambda:PassCapacityProvider', CapacityProviderArn);
  const refused = denial('lambda:PassCapacityProvider', CapacityProviderArn);
  const CapacityProviderConfig = { LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn } };
  const create = async (lambda: LambdaClient, name: string, more: object) => {
    const settings = { Role, MemorySize: 2048, Runtime: 'nodejs22.x' as const, ...more };
    await deploy(lambda, name, { 'index.js': 'exports.handler = async () => 1;' }, settings);
  };
  await expect(create(passesNone, 'mine', { CapacityProviderConfig })).rejects.toMatchObject(refused);
  await create(passesNone, 'plain', {});
  await create(root, 'managed', { CapacityProviderConfig });
  const update = new UpdateFunctionConfigurationCommand({ FunctionName: 'managed', CapacityProviderConfig });
  await expect(passesNone.send(update)).rejects.toMatchObject(refused);
  await root.send(update);
});

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
import { makeRole, policyText } from '../support/identities.ts';
import { ACCOUNT, ROOT, StrictServer } from '../support/strict-server.ts';

/** `--auth strict`: requests that are allowed by their own action need others as well, or are about more than they say. */
const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`;

let strict: StrictServer;
let root: LambdaClient;
let Role: string;

beforeAll(async () => {
  strict = await StrictServer.start();
  root = strict.as(LambdaClient, ROOT);
  Role = await makeRole(strict.iam, 'any');
  await deploy(root, 'f', { 'index.js': 'exports.handler = async () => 1;' }, { Role });
});

afterAll(async () => {
  expect(await strict.stop()).toBe(0);
});

/** Of a new user who may do everything but this. */
async function lambdaWithout(Action: string, Resource = '*'): Promise<LambdaClient> {
  return await strict.without(LambdaClient, { Action, Resource });
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
  const signed = await strict.without(LambdaClient, { Action: 'lambda:*FunctionUrlConfig', Condition });
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

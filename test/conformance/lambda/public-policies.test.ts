import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy, type Refusal, refusal } from '../../support/lambda-requests.ts';
import { policyOf } from '../../support/policies.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let FunctionName: string;
let FunctionArn: string;

beforeAll(async () => {
  server = await startServer({ flags: ['--block-public-policies'] });
  ({ FunctionName, FunctionArn } = await deploy(server.lambda));
});

afterAll(async () => {
  await server.stop();
});

const BLOCKED: Refusal = {
  name: 'PublicPolicyException',
  message:
    'Lambda prevented your policy from being created because it would grant public access to your function.',
  status: 400,
  type: 'User',
};

const add = (change: Partial<AddPermissionCommandInput>) =>
  server.lambda.send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: 'one',
      Action: 'lambda:InvokeFunction',
      Principal: '*',
      ...change,
    }),
  );

const put = (statement: object) =>
  server.lambda.send(
    new PutResourcePolicyCommand({
      ResourceArn: FunctionArn,
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: '*',
            Action: 'lambda:InvokeFunction',
            Resource: FunctionArn,
            ...statement,
          },
        ],
      }),
    }),
  );

test('where public access is blocked no policy lets in everybody [AddPermission.public-policy] [PutResourcePolicy.public-policy]', async () => {
  const url = { Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' } as const;
  expect(await refusal(add({}))).toEqual(BLOCKED);
  expect(await refusal(add(url))).toEqual(BLOCKED);
  for (const statement of [
    {},
    { Principal: { AWS: ['111122223333', '*'] } },
    { Condition: { ArnLike: { 'aws:SourceArn': '*' } } },
    { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } } },
  ])
    expect(await refusal(put(statement))).toEqual(BLOCKED);
  expect(await refusal(policyOf(server.lambda, FunctionName))).toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('and those that name who may come are taken', async () => {
  await add({ PrincipalOrgID: 'o-1234567890' });
  await add({ StatementId: 'two', Principal: '111122223333' });
  await add({ StatementId: 'three', Principal: 's3.amazonaws.com' });
  await put({ Principal: { AWS: '111122223333' } });
  await put({ Condition: { StringEquals: { 'aws:PrincipalAccount': '111122223333' } } });
  await put({ Effect: 'Deny' });
});

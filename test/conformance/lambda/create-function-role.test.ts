import { randomUUID } from 'node:crypto';
import { type IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { iamOf, type Keys, makeRole, policyText, settingsFor, trustText } from '../../support/identities.ts';
import { creation, deploy, type Refusal, refusal } from '../../support/lambda-requests.ts';
import { makeQueue } from '../../support/queues.ts';
import { startServer, type TestServer } from '../../support/server.ts';

/** `--auth strict`: what a function's role has to be, and to be allowed. */
const ACCOUNT = '123456789012';
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };

let server: TestServer;
let iam: IAMClient;
let lambda: LambdaClient;
let sqs: SQSClient;

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: `${ROOT.accessKeyId}:${ROOT.secretAccessKey}:${ACCOUNT}` },
  });
  iam = iamOf(server.endpoint, ROOT);
  lambda = new LambdaClient(settingsFor(server.endpoint, ROOT));
  sqs = new SQSClient(settingsFor(server.endpoint, ROOT));
});

afterAll(async () => {
  for (const client of [iam, lambda, sqs]) client.destroy();
  await server.stop();
});

const uniqueRole = (): string => `role-${randomUUID().slice(0, 8)}`;

function invalid(message: string): Refusal {
  return { name: 'InvalidParameterValueException', message, status: 400, type: 'User' };
}

describe('CreateFunction', () => {
  test('refuses a role that is not there, or does not trust Lambda [role-trust]', async () => {
    const trustsOthers = await makeRole(iam, uniqueRole(), trustText({ Service: 'ec2.amazonaws.com' }));
    for (const Role of [trustsOthers, `arn:aws:iam::${ACCOUNT}:role/nobody`]) {
      expect(await refusal(lambda.send(new CreateFunctionCommand(await creation({ Role }))))).toEqual(
        invalid('The role defined for the function cannot be assumed by Lambda.'),
      );
    }
  });

  test('refuses dead letters that the role may not send, and so do updates [dead-letter-permission]', async () => {
    const queue = await makeQueue(sqs);
    const DeadLetterConfig = { TargetArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:${queue.name}` };
    const RoleName = uniqueRole();
    const Role = await makeRole(iam, RoleName);
    const refused = invalid(
      'The provided execution role does not have permissions to call SendMessage on SQS',
    );
    const create = new CreateFunctionCommand(await creation({ Role, DeadLetterConfig }));
    expect(await refusal(lambda.send(create))).toEqual(refused);
    const { FunctionName } = await deploy(lambda, { Role });
    const update = new UpdateFunctionConfigurationCommand({ FunctionName, DeadLetterConfig });
    expect(await refusal(lambda.send(update))).toEqual(refused);
    const PolicyDocument = policyText('sqs:SendMessage', DeadLetterConfig.TargetArn);
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'send', PolicyDocument }));
    expect(await lambda.send(update)).toMatchObject({ DeadLetterConfig });
  });
});

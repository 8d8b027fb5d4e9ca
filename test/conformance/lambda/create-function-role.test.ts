import { randomUUID } from 'node:crypto';
import { type IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { iamOf, type Keys, makeRole, policyText, settingsFor, trustText } from '../../support/identities.ts';
import { creation, deploy, type Refusal, refusal } from '../../support/lambda-requests.ts';
import { makeQueue } from '../../support/queues.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { makeStream } from '../../support/streams.ts';

/** `--auth strict`: what a function's role has to be, and to be allowed. */
const ACCOUNT = '123456789012';
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };

let server: TestServer;
let iam: IAMClient;
let lambda: LambdaClient;
let sqs: SQSClient;
let kinesis: KinesisClient;

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: `${ROOT.accessKeyId}:${ROOT.secretAccessKey}:${ACCOUNT}` },
  });
  iam = iamOf(server.endpoint, ROOT);
  lambda = new LambdaClient(settingsFor(server.endpoint, ROOT));
  sqs = new SQSClient(settingsFor(server.endpoint, ROOT));
  kinesis = new KinesisClient(settingsFor(server.endpoint, ROOT));
});

afterAll(async () => {
  for (const client of [iam, lambda, sqs, kinesis]) client.destroy();
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

  test('so are destinations, of events and of mappings [PutFunctionEventInvokeConfig.destination-permission] [CreateEventSourceMapping.destination-permission]', async () => {
    const { name } = await makeQueue(sqs);
    const Destination = `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
    const stream = await makeStream(kinesis);
    const { arn: EventSourceArn } = stream;
    const RoleName = uniqueRole();
    const { FunctionName } = await deploy(lambda, { Role: await makeRole(iam, RoleName) });
    const allow = async (...actions: string[]): Promise<void> => {
      const PolicyDocument = policyText(actions);
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument }));
    };
    const polls = ['kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:DescribeStream'];
    await allow(...polls);
    const DestinationConfig = { OnFailure: { Destination } };
    const config = new PutFunctionEventInvokeConfigCommand({ FunctionName, DestinationConfig });
    expect(await refusal(lambda.send(config))).toEqual(
      invalid(
        `The function's execution role does not have permissions to call SendMessage on ${Destination}`,
      ),
    );
    const mapping = new CreateEventSourceMappingCommand({
      FunctionName,
      EventSourceArn,
      StartingPosition: 'LATEST',
      DestinationConfig,
    });
    expect(await refusal(lambda.send(mapping))).toEqual(
      invalid(`The function execution role does not have permissions to call SendMessage on ${Destination}`),
    );
    await allow(...polls, 'sqs:SendMessage');
    expect(await lambda.send(config)).toMatchObject({ DestinationConfig });
    expect(await lambda.send(mapping)).toMatchObject({ DestinationConfig });
  });
});

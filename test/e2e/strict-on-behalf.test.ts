import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  LambdaClient,
  PublishLayerVersionCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutBucketPolicyCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allBut, type Keys, makeRole, policyText, userWith } from '../support/identities.ts';
import { creation, updated } from '../support/lambda-requests.ts';
import { ACCOUNT, ROOT, StrictServer } from '../support/strict-server.ts';

/** `--auth strict`: what a service does for a caller is nothing that the caller may not do. */
const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

let strict: StrictServer;

beforeAll(async () => {
  strict = await StrictServer.start();
});

afterAll(async () => {
  expect(await strict.stop()).toBe(0);
});

const denial = (action: string, resource: string) => ({
  message: expect.stringContaining(`${action} on resource: ${resource} with an explicit deny`),
});

describe('code and layers in a bucket', () => {
  const [S3Bucket, S3Key, FunctionName] = ['packages', 'team/code.zip', 'from-bucket'];
  const object = `arn:aws:s3:::${S3Bucket}/${S3Key}`;
  const deployers = policyText(['lambda:*', 'iam:PassRole']);
  let creating: CreateFunctionCommandInput;

  beforeAll(async () => {
    const Role = await makeRole(strict.iam, 'any');
    const { Code, ...settings } = await creation();
    const s3 = strict.as(S3Client, ROOT);
    await s3.send(new CreateBucketCommand({ Bucket: S3Bucket }));
    await s3.send(new PutObjectCommand({ Bucket: S3Bucket, Key: S3Key, Body: Code?.ZipFile ?? '' }));
    creating = { ...settings, FunctionName, Role, Code: { S3Bucket, S3Key } };
  });

  /** Makes a function and a layer of the object, and gives the function its code once more. */
  function deployments(keys: Keys): readonly (() => Promise<unknown>)[] {
    const lambda = strict.as(LambdaClient, keys);
    return [
      async () => await lambda.send(new CreateFunctionCommand(creating)),
      async () => {
        await updated(lambda, FunctionName);
        await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, S3Bucket, S3Key }));
      },
      async () =>
        await lambda.send(new PublishLayerVersionCommand({ LayerName: 'l', Content: { S3Bucket, S3Key } })),
    ];
  }

  async function expectRefused(keys: Keys, why: string): Promise<void> {
    const refused = `^Your access has been denied by S3.* GetObject for ${S3Bucket}/${S3Key}\\. .*${why}`;
    for (const deploy of deployments(keys))
      await expect(deploy()).rejects.toMatchObject({
        name: 'AccessDeniedException',
        message: expect.stringMatching(refused),
      });
  }

  async function setPolicy(Effect: string, user: string): Promise<void> {
    const Principal = { AWS: `arn:aws:iam::${ACCOUNT}:user/${user}` };
    const Policy = policyText('s3:GetObject', object, { Effect, Principal });
    await strict.as(S3Client, ROOT).send(new PutBucketPolicyCommand({ Bucket: S3Bucket, Policy }));
  }

  test('are for those who may read them there, by their own policies or by the bucket', async () => {
    const allowed = await userWith(strict.iam, deployers);
    await expect(deployments(allowed.keys)[0]?.()).rejects.toThrow('no identity-based policy allows');
    await setPolicy('Allow', allowed.name);
    for (const deploy of deployments(allowed.keys)) await deploy();
  });

  test('are not for those whom either denies them', async () => {
    const blind = await userWith(strict.iam, allBut({ Action: 's3:GetObject', Resource: object }));
    await expectRefused(blind.keys, 'explicit deny in an identity-based policy');
    const denied = await userWith(strict.iam, allBut());
    await setPolicy('Deny', denied.name);
    await expectRefused(denied.keys, 'explicit deny in a resource-based policy');
  });
});

test('messages are moved by who may take them from one queue and send them to the others', async () => {
  const root = strict.as(SQSClient, ROOT);
  await root.send(new CreateQueueCommand({ QueueName: 'dead' }));
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('dead'), maxReceiveCount: 1 });
  await root.send(new CreateQueueCommand({ QueueName: 'origin', Attributes: { RedrivePolicy } }));
  const move = new StartMessageMoveTaskCommand({ SourceArn: queueArn('dead') });
  for (const [action, queue] of [
    ['ReceiveMessage', 'dead'],
    ['DeleteMessage', 'dead'],
    ['SendMessage', 'origin'],
  ] as const) {
    const { keys } = await userWith(
      strict.iam,
      allBut({ Action: `sqs:${action}`, Resource: queueArn(queue) }),
    );
    await expect(strict.as(SQSClient, keys).send(move)).rejects.toMatchObject(
      denial(`sqs:${action.toLowerCase()}`, queueArn(queue)),
    );
  }
  await root.send(move);
});

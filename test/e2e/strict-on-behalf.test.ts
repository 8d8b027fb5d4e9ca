import type { IAMClient } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  LambdaClient,
  PublishLayerVersionCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allBut, iamOf, type Keys, makeRole, settingsFor, userWith } from '../support/identities.ts';
import { creation } from '../support/lambda-requests.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** `--auth strict`: what a service does for a caller is nothing that the caller may not do. */
const ACCOUNT = '123456789012';
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };
const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

let server: TestServer;
let iam: IAMClient;
const clients: { destroy(): void }[] = [];

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: `AKIAOPERATOR:right-secret:${ACCOUNT}` },
  });
  iam = iamOf(server.endpoint, ROOT);
  clients.push(iam);
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  expect(await server.stop()).toBe(0);
});

type Settings = ReturnType<typeof settingsFor> & { readonly forcePathStyle: true };

function as<T extends { destroy(): void }>(Client: new (settings: Settings) => T, keys: Keys): T {
  const client = new Client({ ...settingsFor(server.endpoint, keys), forcePathStyle: true });
  clients.push(client);
  return client;
}

const denial = (action: string, resource: string) => ({
  message: expect.stringContaining(`${action} on resource: ${resource} with an explicit deny`),
});

test('code and layers are deployed from a bucket by who may read them there', async () => {
  const Role = await makeRole(iam, 'any');
  const { Code, ...settings } = { ...(await creation()), FunctionName: 'from-bucket', Role };
  const [S3Bucket, S3Key] = ['packages', 'team/code.zip'];
  const s3 = as(S3Client, ROOT);
  await s3.send(new CreateBucketCommand({ Bucket: S3Bucket }));
  await s3.send(new PutObjectCommand({ Bucket: S3Bucket, Key: S3Key, Body: Code?.ZipFile ?? '' }));
  const object = `arn:aws:s3:::${S3Bucket}/${S3Key}`;
  const { keys } = await userWith(iam, allBut({ Action: 's3:GetObject', Resource: object }));
  const blind = as(LambdaClient, keys);
  const refused = denial('s3:GetObject', object);
  const create = new CreateFunctionCommand({ ...settings, Code: { S3Bucket, S3Key } });
  await expect(blind.send(create)).rejects.toMatchObject(refused);
  await as(LambdaClient, ROOT).send(create);
  const update = new UpdateFunctionCodeCommand({ FunctionName: 'from-bucket', S3Bucket, S3Key });
  await expect(blind.send(update)).rejects.toMatchObject(refused);
  const layer = new PublishLayerVersionCommand({ LayerName: 'l', Content: { S3Bucket, S3Key } });
  await expect(blind.send(layer)).rejects.toMatchObject(refused);
});

test('messages are moved by who may take them from one queue and send them to the others', async () => {
  const root = as(SQSClient, ROOT);
  await root.send(new CreateQueueCommand({ QueueName: 'dead' }));
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('dead'), maxReceiveCount: 1 });
  await root.send(new CreateQueueCommand({ QueueName: 'origin', Attributes: { RedrivePolicy } }));
  const move = new StartMessageMoveTaskCommand({ SourceArn: queueArn('dead') });
  for (const [action, queue] of [
    ['ReceiveMessage', 'dead'],
    ['DeleteMessage', 'dead'],
    ['SendMessage', 'origin'],
  ] as const) {
    const { keys } = await userWith(iam, allBut({ Action: `sqs:${action}`, Resource: queueArn(queue) }));
    await expect(as(SQSClient, keys).send(move)).rejects.toMatchObject(
      denial(`sqs:${action.toLowerCase()}`, queueArn(queue)),
    );
  }
  await root.send(move);
});

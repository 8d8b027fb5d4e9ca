import { randomUUID } from 'node:crypto';
import { DynamoDBClient, EnableKinesisStreamingDestinationCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  type IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateStreamCommand,
  DescribeStreamCommand,
  GetRecordsCommand,
  KinesisClient,
  ListStreamsCommand,
  PutRecordCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { iamOf, type Keys, policyText, settingsFor } from '../support/identities.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { StreamedChanges } from '../support/streamed-changes.ts';
import { iteratorOf, makeStream, type TestStream } from '../support/streams.ts';
import { makeTable, putAll, text } from '../support/tables.ts';

/** `--auth strict`: what users may do with streams is what their policies and the streams' say. */
const ACCOUNT = '123456789012';
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };

let server: TestServer;
let iam: IAMClient;
let root: KinesisClient;
const clients: { destroy(): void }[] = [];

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: `AKIAOPERATOR:right-secret:${ACCOUNT}` },
  });
  iam = iamOf(server.endpoint, ROOT);
  root = kinesisAs(ROOT);
});

afterAll(async () => {
  iam.destroy();
  for (const client of clients) client.destroy();
  expect(await server.stop()).toBe(0);
});

function kinesisAs(keys: Keys): KinesisClient {
  const client = new KinesisClient(settingsFor(server.endpoint, keys));
  clients.push(client);
  return client;
}

async function userWith(...policies: string[]): Promise<{ arn: string; keys: Keys; kinesis: KinesisClient }> {
  const UserName = `user-${randomUUID().slice(0, 8)}`;
  await iam.send(new CreateUserCommand({ UserName }));
  for (const [index, PolicyDocument] of policies.entries())
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: `p${index}`, PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
  return {
    arn: `arn:aws:iam::${ACCOUNT}:user/${UserName}`,
    keys: { accessKeyId, secretAccessKey },
    kinesis: kinesisAs({ accessKeyId, secretAccessKey }),
  };
}

const put = async (kinesis: KinesisClient, { name: StreamName }: TestStream) =>
  await kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.from('x') }));

test('a user puts to the streams its policy names, and reads none of them', async () => {
  const stream = await makeStream(root);
  const other = await makeStream(root);
  const { arn, kinesis } = await userWith(policyText('kinesis:PutRecord', stream.arn));
  expect((await put(kinesis, stream)).ShardId).toBe('shardId-000000000000');
  await expect(put(kinesis, other)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: `User: ${arn} is not authorized to perform: kinesis:PutRecord on resource: ${other.arn} because no identity-based policy allows the kinesis:PutRecord action`,
  });
  const denied = { name: 'AccessDeniedException' };
  const ShardIterator = await iteratorOf(root, stream);
  await expect(kinesis.send(new GetRecordsCommand({ ShardIterator }))).rejects.toMatchObject(denied);
  await expect(kinesis.send(new ListStreamsCommand({}))).rejects.toMatchObject(denied);
  await expect(
    kinesis.send(new CreateStreamCommand({ StreamName: 'mine', ShardCount: 1 })),
  ).rejects.toMatchObject(denied);
});

test('tags of a stream and of a request are conditions', async () => {
  const tagged = await makeStream(root, { ShardCount: 1, Tags: { team: 'red' } });
  const plain = await makeStream(root);
  const { kinesis } = await userWith(
    policyText('kinesis:Describe*', '*', { Condition: { StringEquals: { 'aws:ResourceTag/team': 'red' } } }),
    policyText('kinesis:CreateStream', '*', {
      Condition: { StringEquals: { 'aws:RequestTag/team': 'red' } },
    }),
    policyText('kinesis:AddTagsToStream', '*'),
  );
  const describeOf = async ({ name: StreamName }: TestStream) =>
    await kinesis.send(new DescribeStreamCommand({ StreamName }));
  expect((await describeOf(tagged)).StreamDescription?.StreamARN).toBe(tagged.arn);
  await expect(describeOf(plain)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  const make = async (team: string) =>
    await kinesis.send(
      new CreateStreamCommand({ StreamName: `tagged-${randomUUID()}`, ShardCount: 1, Tags: { team } }),
    );
  await make('red');
  await expect(make('blue')).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

test("a stream's own policy lets a user in, or shuts it out", async () => {
  const stream = await makeStream(root);
  const { arn, kinesis } = await userWith();
  await expect(put(kinesis, stream)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  const policy = async (Effect: 'Allow' | 'Deny', Principal: object): Promise<void> => {
    const Statement = [{ Effect, Principal, Action: 'kinesis:PutRecord', Resource: stream.arn }];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await root.send(new PutResourcePolicyCommand({ ResourceARN: stream.arn, Policy }));
  };
  await policy('Allow', { AWS: arn });
  expect((await put(kinesis, stream)).ShardId).toBe('shardId-000000000000');
  await policy('Deny', { AWS: ACCOUNT });
  await expect(put(root, stream)).rejects.toMatchObject({
    message: expect.stringContaining('with an explicit deny in a resource-based policy') as string,
  });
});

test('a table streams to what its owner may write to', async () => {
  const stream = await makeStream(root);
  const tables = policyText('dynamodb:*', '*');
  const create = (keys: Keys): DynamoDBClient => {
    const client = new DynamoDBClient(settingsFor(server.endpoint, keys));
    clients.push(client);
    return client;
  };
  const table = await makeTable(create(ROOT));
  const enable = new EnableKinesisStreamingDestinationCommand({ TableName: table, StreamArn: stream.arn });
  const stranger = await userWith(tables);
  await expect(create(stranger.keys).send(enable)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('kinesis:DescribeStream') as string,
  });
  const writer = await userWith(
    tables,
    policyText(['kinesis:DescribeStream', 'kinesis:PutRecords'], stream.arn),
  );
  const client = create(writer.keys);
  expect(await client.send(enable)).toMatchObject({ DestinationStatus: 'ENABLING' });
  await putAll(client, table, { id: text('a') });
  await new StreamedChanges(root, stream).atLeast(1);
});

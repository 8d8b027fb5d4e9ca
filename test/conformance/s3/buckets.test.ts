import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const OTHER = { accessKeyId: '111111111111', secretAccessKey: 'test' };
let server: TestServer;
let s3: S3Client;
let elsewhere: S3Client;
let stranger: S3Client;

beforeAll(async () => {
  server = await startServer();
  s3 = s3ClientFor(server);
  elsewhere = s3ClientFor(server, { region: 'eu-west-1' });
  stranger = s3ClientFor(server, { credentials: OTHER });
});
afterAll(async () => {
  for (const client of [s3, elsewhere, stranger]) client.destroy();
  await server.stop();
});

const create = async (Bucket: string): Promise<void> =>
  void (await s3.send(new CreateBucketCommand({ Bucket })));

describe('CreateBucket', () => {
  test('answers where it is, and the same again in us-east-1', async () => {
    const made = await s3.send(new CreateBucketCommand({ Bucket: 'made' }));
    expect(made.Location).toBe('/made');
    await create('made');
  });

  test.each(['ab', 'Upper-case', 'under_score', 'two..dots', '192.168.0.1', '-begins', 'xn--a', 'a-s3alias'])(
    '%s is no name',
    async (Bucket) => {
      await expect(create(Bucket)).rejects.toMatchObject({
        name: 'InvalidBucketName',
        message: 'The specified bucket is not valid.',
      });
    },
  );

  test('another account’s bucket has the name for everyone', async () => {
    await create('taken');
    await expect(stranger.send(new CreateBucketCommand({ Bucket: 'taken' }))).rejects.toMatchObject({
      name: 'BucketAlreadyExists',
      $metadata: { httpStatusCode: 409 },
    });
  });

  test('in another Region the same account has it only once', async () => {
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;
    const command = new CreateBucketCommand({ Bucket: 'in-europe', CreateBucketConfiguration });
    await elsewhere.send(command);
    await expect(elsewhere.send(command)).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
    const location = await elsewhere.send(new GetBucketLocationCommand({ Bucket: 'in-europe' }));
    expect(location.LocationConstraint).toBe('eu-west-1');
  });

  test('a constraint has to fit the endpoint', async () => {
    const away = { LocationConstraint: 'eu-central-1' } as const;
    await expect(
      elsewhere.send(new CreateBucketCommand({ Bucket: 'nowhere', CreateBucketConfiguration: away })),
    ).rejects.toMatchObject({
      name: 'IllegalLocationConstraintException',
    });
    const CreateBucketConfiguration = { LocationConstraint: 'atlantis' as 'eu-west-1' };
    await expect(
      s3.send(new CreateBucketCommand({ Bucket: 'nowhere', CreateBucketConfiguration })),
    ).rejects.toMatchObject({ name: 'InvalidLocationConstraint' });
  });

  test('object lock is refused by name', async () => {
    await expect(
      s3.send(new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true })),
    ).rejects.toMatchObject({ name: 'NotImplemented', message: /object lock/ });
  });
});

test('HeadBucket tells the Region, of no bucket nothing', async () => {
  await create('headed');
  const head = await s3.send(new HeadBucketCommand({ Bucket: 'headed' }));
  expect(head).toMatchObject({ BucketRegion: 'us-east-1', $metadata: { httpStatusCode: 200 } });
  await expect(s3.send(new HeadBucketCommand({ Bucket: 'no-such' }))).rejects.toMatchObject({
    name: 'NotFound',
    $metadata: { httpStatusCode: 404 },
  });
  await expect(
    s3.send(new HeadBucketCommand({ Bucket: 'headed', ExpectedBucketOwner: '222222222222' })),
  ).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  await expect(stranger.send(new HeadBucketCommand({ Bucket: 'headed' }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 403 },
  });
});

test('ListBuckets gives the account’s own, page by page', async () => {
  for (const name of ['list-a', 'list-b', 'list-c']) await create(name);
  const first = await s3.send(new ListBucketsCommand({ Prefix: 'list-', MaxBuckets: 2 }));
  expect(first.Buckets?.map(({ Name }) => Name)).toEqual(['list-a', 'list-b']);
  expect(first.Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
  const { ContinuationToken } = first;
  const second = await s3.send(new ListBucketsCommand({ Prefix: 'list-', MaxBuckets: 2, ContinuationToken }));
  expect(second.Buckets?.map(({ Name }) => Name)).toEqual(['list-c']);
  expect(second.ContinuationToken).toBeUndefined();
  expect((await stranger.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
  await expect(s3.send(new ListBucketsCommand({ MaxBuckets: 0 }))).rejects.toMatchObject({
    name: 'InvalidArgument',
  });
});

test('DeleteBucket takes an empty bucket only', async () => {
  await create('doomed');
  await s3.send(new PutObjectCommand({ Bucket: 'doomed', Key: 'a', Body: 'a' }));
  await expect(s3.send(new DeleteBucketCommand({ Bucket: 'doomed' }))).rejects.toMatchObject({
    name: 'BucketNotEmpty',
    message: 'The bucket you tried to delete is not empty',
    $metadata: { httpStatusCode: 409 },
  });
  await create('empty');
  await s3.send(new DeleteBucketCommand({ Bucket: 'empty' }));
  await expect(s3.send(new DeleteBucketCommand({ Bucket: 'empty' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
    BucketName: 'empty',
    $metadata: { httpStatusCode: 404 },
  });
});

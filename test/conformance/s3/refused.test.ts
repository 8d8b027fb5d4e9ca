import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTorrentCommand,
  HeadBucketCommand,
  ListPartsCommand,
  PutObjectCommand,
  RenameObjectCommand,
  RestoreObjectCommand,
  type S3Client,
  SelectObjectContentCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBucket, type TestBucket } from '../../support/s3-bucket.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let s3: S3Client;
let bucket: TestBucket;

beforeAll(async () => {
  server = await startServer();
  s3 = s3ClientFor(server);
  bucket = await makeBucket(s3);
  await bucket.put('k', 'content');
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

const commands = (Bucket: string) => ({
  SelectObjectContent: new SelectObjectContentCommand({
    Bucket,
    Key: 'k',
    Expression: 'select * from S3Object',
    ExpressionType: 'SQL',
    InputSerialization: { JSON: { Type: 'LINES' } },
    OutputSerialization: { JSON: {} },
  }),
  RenameObject: new RenameObjectCommand({ Bucket, Key: 'k', RenameSource: `${Bucket}/other` }),
  RestoreObject: new RestoreObjectCommand({ Bucket, Key: 'k', RestoreRequest: { Days: 1 } }),
  GetObjectTorrent: new GetObjectTorrentCommand({ Bucket, Key: 'k' }),
});

test.each(['SelectObjectContent', 'RenameObject', 'RestoreObject', 'GetObjectTorrent'] as const)(
  '%s is refused by name, and changes nothing',
  async (name) => {
    await expect(s3.send(commands(bucket.Bucket)[name] as RestoreObjectCommand)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining(name),
      $metadata: { httpStatusCode: 501 },
    });
    expect(await bucket.read('k')).toBe('content');
  },
);

describe('keys of customers', () => {
  const SSECustomerAlgorithm = 'AES256';
  const SSECustomerKey = 'k'.repeat(32);
  const key = { SSECustomerAlgorithm, SSECustomerKey };

  test('fit no object that is read or copied', async () => {
    const { Bucket } = bucket;
    const refusal = {
      name: 'InvalidRequest',
      message: 'The encryption parameters are not applicable to this object.',
    };
    const named = { Bucket, Key: 'k' };
    await expect(s3.send(new GetObjectCommand({ ...named, ...key }))).rejects.toMatchObject(refusal);
    const facts = new GetObjectAttributesCommand({ ...named, ...key, ObjectAttributes: ['ETag'] });
    await expect(s3.send(facts)).rejects.toMatchObject(refusal);
    const copy = new CopyObjectCommand({
      Bucket,
      Key: 'copy',
      CopySource: `${Bucket}/k`,
      CopySourceSSECustomerAlgorithm: SSECustomerAlgorithm,
      CopySourceSSECustomerKey: SSECustomerKey,
    });
    await expect(s3.send(copy)).rejects.toMatchObject(refusal);
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'copy' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });

  test('fit no upload in parts; its parts are listed from a number', async () => {
    const named = { Bucket: bucket.Bucket, Key: 'parts' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(named));
    const upload = { ...named, UploadId };
    const refusal = {
      name: 'InvalidRequest',
      message: expect.stringContaining('did not request encryption'),
    };
    const part = new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x', ...key });
    await expect(s3.send(part)).rejects.toMatchObject(refusal);
    await expect(s3.send(new ListPartsCommand({ ...upload, ...key }))).rejects.toMatchObject(refusal);
    await expect(
      s3.send(new ListPartsCommand({ ...upload, PartNumberMarker: 'first' })),
    ).rejects.toMatchObject({ name: 'InvalidArgument' });
    await expect(
      s3.send(new AbortMultipartUploadCommand({ ...upload, IfMatchInitiatedTime: new Date() })),
    ).rejects.toMatchObject({ name: 'NotImplemented' });
    expect((await s3.send(new ListPartsCommand(upload))).Parts ?? []).toEqual([]);
  });
});

test('what holds objects until something happens is refused where no lock is', async () => {
  const held = new PutObjectCommand({
    Bucket: bucket.Bucket,
    Key: 'held',
    ObjectLockEventHoldDurationDays: 1,
  });
  await expect(s3.send(held)).rejects.toMatchObject({
    name: 'InvalidRequest',
    message: 'Bucket is missing Object Lock Configuration',
  });
});

test('names of buckets are everybody’s', async () => {
  const Bucket = `${bucket.Bucket}-own`;
  await expect(
    s3.send(new CreateBucketCommand({ Bucket, BucketNamespace: 'account-regional' })),
  ).rejects.toMatchObject({ name: 'NotImplemented' });
  await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'NotFound' });
});

import {
  GetObjectTorrentCommand,
  RenameObjectCommand,
  RestoreObjectCommand,
  type S3Client,
  SelectObjectContentCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

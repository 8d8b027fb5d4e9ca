import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectCommandInput,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBucket, type TestBucket } from '../../support/s3-bucket.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let s3: S3Client;
let bucket: TestBucket;
let versioned: TestBucket;

beforeAll(async () => {
  server = await startServer();
  s3 = s3ClientFor(server);
  bucket = await makeBucket(s3);
  versioned = await makeBucket(s3, 'Enabled');
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

const copy = async (from: string, Key: string, more: Partial<CopyObjectCommandInput> = {}) =>
  await s3.send(
    new CopyObjectCommand({ Bucket: bucket.Bucket, CopySource: `${bucket.Bucket}/${from}`, Key, ...more }),
  );
const head = async (Key: string) =>
  await s3.send(new HeadObjectCommand({ Bucket: bucket.Bucket, Key, ChecksumMode: 'ENABLED' }));
const tagsOf = async (Key: string) =>
  (await s3.send(new GetObjectTaggingCommand({ Bucket: bucket.Bucket, Key }))).TagSet;

describe('CopyObject', () => {
  beforeAll(async () => {
    await bucket.put('ä source', 'content', {
      ContentType: 'text/plain',
      Metadata: { a: '1' },
      Tagging: 'x=y',
      StorageClass: 'STANDARD_IA',
    });
  });
  const SOURCE = encodeURIComponent('ä source');

  test('takes along bytes, metadata and tags, and no storage class', async () => {
    const { CopyObjectResult } = await copy(SOURCE, 'copy');
    expect(CopyObjectResult).toMatchObject({ ETag: '"9a0364b9e99bb480dd25e1f0284c8555"' });
    expect(CopyObjectResult?.LastModified).toBeInstanceOf(Date);
    const copied = await head('copy');
    expect(copied).toMatchObject({ ContentType: 'text/plain', Metadata: { a: '1' }, TagCount: 1 });
    expect(copied.StorageClass).toBeUndefined();
    expect(copied.ChecksumCRC32).toBe((await head('ä source')).ChecksumCRC32);
    expect(await bucket.read('copy')).toBe('content');
    expect(await tagsOf('copy')).toEqual([{ Key: 'x', Value: 'y' }]);
  });

  test('takes its source encoded in any way: the key, all of it, spaces as plus signs', async () => {
    const whole = `${bucket.Bucket}/ä source`;
    const form = new URLSearchParams({ whole }).toString().slice('whole='.length);
    for (const CopySource of [`/${bucket.Bucket}/${SOURCE}`, encodeURIComponent(`/${whole}`), form]) {
      await copy('', 'encoded', { CopySource });
      expect(await bucket.read('encoded')).toBe('content');
    }
    await bucket.put('a+b', 'plus');
    await copy('a%2Bb', 'encoded');
    expect(await bucket.read('encoded')).toBe('plus');
    await expect(copy('a+b', 'encoded')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('replaces what it is told to replace', async () => {
    await copy(SOURCE, 'replaced', {
      MetadataDirective: 'REPLACE',
      Metadata: { b: '2' },
      ContentType: 'text/html',
      TaggingDirective: 'REPLACE',
      Tagging: 'p=q',
      ChecksumAlgorithm: 'SHA256',
    });
    const copied = await head('replaced');
    expect(copied).toMatchObject({ ContentType: 'text/html', Metadata: { b: '2' } });
    expect(copied.ChecksumSHA256).toBeTruthy();
    expect(await tagsOf('replaced')).toEqual([{ Key: 'p', Value: 'q' }]);
  });

  test('onto itself only with a change', async () => {
    await bucket.put('self', 'x', { Metadata: { a: '1' } });
    await expect(copy('self', 'self')).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: /^This copy request is illegal because it is trying to copy an object to itself/,
    });
    await copy('self', 'self', { MetadataDirective: 'REPLACE', Metadata: { a: '2' } });
    expect((await head('self')).Metadata).toEqual({ a: '2' });
    expect(await bucket.read('self')).toBe('x');
  });

  test('outlives its source, and its source outlives it', async () => {
    await bucket.put('original', 'shared');
    await copy('original', 'twin');
    await s3.send(new DeleteObjectCommand({ Bucket: bucket.Bucket, Key: 'original' }));
    expect(await bucket.read('twin')).toBe('shared');
    await copy('twin', 'third');
    await bucket.put('twin', 'other');
    expect(await bucket.read('third')).toBe('shared');
  });

  test.each([
    [{ CopySourceIfMatch: '"other"' }, 'x-amz-copy-source-If-Match'],
    [{ CopySourceIfNoneMatch: '*' }, 'x-amz-copy-source-If-None-Match'],
    [{ CopySourceIfModifiedSince: new Date('2101-01-01') }, 'x-amz-copy-source-If-Modified-Since'],
    [{ CopySourceIfUnmodifiedSince: new Date('2001-01-01') }, 'x-amz-copy-source-If-Unmodified-Since'],
  ])('%o does not hold', async (condition, Condition) => {
    await expect(copy(SOURCE, 'never', condition)).rejects.toMatchObject({
      name: 'PreconditionFailed',
      Condition,
    });
    await expect(head('never')).rejects.toMatchObject({ name: 'NotFound' });
  });

  test.each([
    ['no-such-key', {}, 'NoSuchKey'],
    ['x', { CopySource: 'no-slash' }, 'InvalidArgument'],
    ['x', { CopySource: 'no-such-bucket/x' }, 'NoSuchBucket'],
    ['x', { MetadataDirective: 'MERGE' as 'COPY' }, 'InvalidArgument'],
    ['x', { TaggingDirective: 'MERGE' as 'COPY' }, 'InvalidArgument'],
  ])('%s %o is %s', async (from, more, name) => {
    await expect(copy(from, 'never', more)).rejects.toMatchObject({ name });
  });
});

test('a copy of an object in parts is in one piece', async () => {
  const upload = { Bucket: bucket.Bucket, Key: 'parts' };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));
  const one = { ...upload, UploadId, PartNumber: 1 };
  const { ETag } = await s3.send(new UploadPartCommand({ ...one, Body: 'hello' }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await s3.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
  expect((await head('parts')).ETag).toMatch(/-1"$/);
  await copy('parts', 'in-one');
  expect((await head('in-one')).ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
  await s3.send(new DeleteObjectCommand(upload));
  expect(await bucket.read('in-one')).toBe('hello');
});

test('versions are copied by their ids', async () => {
  const first = await versioned.put('k', 'one');
  await versioned.put('k', 'two');
  const CopySource = `/${versioned.Bucket}/k?versionId=${first.VersionId}`;
  const answer = await copy('', 'of-version', { CopySource });
  expect(answer.CopySourceVersionId).toBe(first.VersionId);
  expect(await bucket.read('of-version')).toBe('one');
  // An older version becomes the newest by a copy onto its own key.
  const restored = await s3.send(new CopyObjectCommand({ Bucket: versioned.Bucket, Key: 'k', CopySource }));
  expect(restored.VersionId).not.toBe(first.VersionId);
  expect(await versioned.read('k')).toBe('one');
  const marker = await s3.send(new DeleteObjectCommand({ Bucket: versioned.Bucket, Key: 'k' }));
  await expect(
    copy('', 'x', { CopySource: `${versioned.Bucket}/k?versionId=${marker.VersionId}` }),
  ).rejects.toMatchObject({ name: 'InvalidRequest', message: /delete marker/ });
  await expect(copy('', 'x', { CopySource: `${versioned.Bucket}/k` })).rejects.toMatchObject({
    name: 'NoSuchKey',
  });
});

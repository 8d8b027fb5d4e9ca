import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBucket, type TestBucket } from '../../support/s3-bucket.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let s3: S3Client;
let bucket: TestBucket;
const get = async (Key: string, more: object = {}) =>
  await s3.send(new GetObjectCommand({ Bucket: bucket.Bucket, Key, ...more }));
const head = async (Key: string, more: object = {}) =>
  await s3.send(new HeadObjectCommand({ Bucket: bucket.Bucket, Key, ...more }));

beforeAll(async () => {
  server = await startServer();
  s3 = s3ClientFor(server);
  bucket = await makeBucket(s3);
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

describe('headers and metadata', () => {
  const given = {
    CacheControl: 'max-age=5',
    ContentDisposition: 'attachment; filename="a b.txt"',
    ContentEncoding: 'identity',
    ContentLanguage: 'de',
    ContentType: 'text/plain; charset=utf-8',
    Metadata: { colour: 'blue', 'two-words': 'a b' },
  };

  test('come back as they were put, by both operations', async () => {
    await bucket.put('with-headers', 'x', { ...given, Expires: new Date('2030-01-02T03:04:05Z') });
    for (const output of [await get('with-headers'), await head('with-headers')]) {
      expect(output).toMatchObject({
        ...given,
        ContentLength: 1,
        AcceptRanges: 'bytes',
        ServerSideEncryption: 'AES256',
        ETag: '"9dd4e461268c8034f5c8564e155c67a6"',
        ExpiresString: 'Wed, 02 Jan 2030 03:04:05 GMT',
      });
      expect(output.VersionId).toBeUndefined();
      expect(output.StorageClass).toBeUndefined();
      expect(output.LastModified?.getMilliseconds()).toBe(0);
    }
  });

  test('have defaults', async () => {
    await bucket.put('plain', Buffer.from('x'), { ContentType: undefined });
    expect((await head('plain')).ContentType).toMatch(/octet-stream$/);
  });

  test('give way to those the reader wants', async () => {
    await bucket.put('overridden', 'x', given);
    const output = await get('overridden', {
      ResponseCacheControl: 'no-store',
      ResponseContentDisposition: 'inline',
      ResponseContentEncoding: 'none',
      ResponseContentLanguage: 'fr',
      ResponseContentType: 'image/png',
      ResponseExpires: new Date('2031-01-01T00:00:00Z'),
    });
    expect(output).toMatchObject({
      CacheControl: 'no-store',
      ContentDisposition: 'inline',
      ContentEncoding: 'none',
      ContentLanguage: 'fr',
      ContentType: 'image/png',
      ExpiresString: 'Wed, 01 Jan 2031 00:00:00 GMT',
      Metadata: given.Metadata,
    });
  });
});

describe('ranges', () => {
  beforeAll(async () => {
    await bucket.put('digits', '0123456789');
    await bucket.put('empty', '');
  });

  test.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=0-99', '0123456789', 'bytes 0-9/10'],
  ])('%s', async (Range, text, ContentRange) => {
    const output = await get('digits', { Range });
    expect(output).toMatchObject({
      ContentRange,
      ContentLength: text.length,
      $metadata: { httpStatusCode: 206 },
    });
    expect(await output.Body?.transformToString()).toBe(text);
    expect(await head('digits', { Range })).toMatchObject({
      ContentRange,
      $metadata: { httpStatusCode: 206 },
    });
  });

  test.each(['bytes=0-1,4-5', 'lines=1-2'])('%s is answered with all of it', async (Range) => {
    const output = await get('digits', { Range });
    expect(output.$metadata.httpStatusCode).toBe(200);
    expect(await output.Body?.transformToString()).toBe('0123456789');
  });

  test('beyond the end there is nothing', async () => {
    await expect(get('digits', { Range: 'bytes=10-' })).rejects.toMatchObject({
      name: 'InvalidRange',
      message: 'The requested range is not satisfiable',
      ActualObjectSize: '10',
      RangeRequested: 'bytes=10-',
      $metadata: { httpStatusCode: 416 },
    });
    await expect(get('empty', { Range: 'bytes=0-' })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  test('of many megabytes, out of the middle', async () => {
    const large = Buffer.alloc(
      3_000_000,
      Uint8Array.from({ length: 251 }, (_, n) => n),
    );
    await bucket.put('large', large);
    const output = await get('large', { Range: 'bytes=1000000-1999999' });
    const bytes = await output.Body?.transformToByteArray();
    expect(Buffer.compare(Buffer.from(bytes ?? []), large.subarray(1_000_000, 2_000_000))).toBe(0);
  });

  test('parts of an object in one', async () => {
    expect(await get('digits', { PartNumber: 1 })).toMatchObject({ ContentRange: 'bytes 0-9/10' });
    await expect(get('digits', { PartNumber: 2 })).rejects.toMatchObject({
      name: 'InvalidPartNumber',
      $metadata: { httpStatusCode: 416 },
    });
    await expect(get('digits', { PartNumber: 1, Range: 'bytes=0-1' })).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
  });
});

describe('conditions', () => {
  const ETag = '"5d41402abc4b2a76b9719d911017c592"';
  const past = new Date('2001-01-01T00:00:00Z');
  const future = new Date('2101-01-01T00:00:00Z');
  beforeAll(async () => {
    await bucket.put('hello', 'hello');
  });

  test.each([
    [{ IfMatch: ETag }],
    [{ IfMatch: '*' }],
    [{ IfNoneMatch: '"other"' }],
    [{ IfModifiedSince: past }],
    [{ IfUnmodifiedSince: future }],
    [{ IfMatch: ETag, IfUnmodifiedSince: past }],
    [{ IfNoneMatch: '"other"', IfModifiedSince: future }],
  ])('%o holds', async (condition) => {
    expect((await get('hello', condition)).ETag).toBe(ETag);
  });

  test.each([
    [{ IfMatch: '"other"' }, 'If-Match'],
    [{ IfUnmodifiedSince: past }, 'If-Unmodified-Since'],
  ])('%o does not', async (condition, name) => {
    await expect(get('hello', condition)).rejects.toMatchObject({
      name: 'PreconditionFailed',
      message: 'At least one of the pre-conditions you specified did not hold',
      Condition: name,
      $metadata: { httpStatusCode: 412 },
    });
  });

  test.each([[{ IfNoneMatch: ETag }], [{ IfModifiedSince: future }], [{ IfNoneMatch: `"a", ${ETag}` }]])(
    '%o: it has not changed',
    async (condition) => {
      await expect(get('hello', condition)).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
      await expect(head('hello', condition)).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    },
  );
});

test('what is not there', async () => {
  await expect(get('no-such-key')).rejects.toMatchObject({
    name: 'NoSuchKey',
    message: 'The specified key does not exist.',
    Key: 'no-such-key',
    $metadata: { httpStatusCode: 404 },
  });
  await expect(head('no-such-key')).rejects.toMatchObject({
    name: 'NotFound',
    $metadata: { httpStatusCode: 404 },
  });
  await expect(get('x', { VersionId: 'no-version' })).rejects.toMatchObject({
    name: 'InvalidArgument',
    message: 'Invalid version id specified',
  });
  await expect(s3.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'x' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
    message: 'The specified bucket does not exist',
  });
});

test.each(['a b', 'ä/ö', '日本/€', "it's (1)*!", 'plus+and&amp;', 'a//b', './x/../y', '%41', '#?;:@='])(
  'a key of its own: %s',
  async (key) => {
    await bucket.put(key, key);
    expect(await bucket.read(key)).toBe(key);
  },
);

test('a reader of what is replaced meanwhile reads what it began with', async () => {
  const before = Buffer.alloc(8_000_000, 'a');
  await bucket.put('replaced', before);
  const output = await get('replaced');
  await bucket.put('replaced', 'b');
  const bytes = await output.Body?.transformToByteArray();
  expect(Buffer.compare(Buffer.from(bytes ?? []), before)).toBe(0);
  expect(await bucket.read('replaced')).toBe('b');
});

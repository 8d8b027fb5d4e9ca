import { createHash } from 'node:crypto';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
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
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

/** A request past the SDK, which would mend or refuse what is wrong. */
async function put(
  key: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<[number, string]> {
  const response = await fetch(`${server.endpoint}/${bucket.Bucket}/${key}`, {
    method: 'PUT',
    body,
    headers,
  });
  return [response.status, await response.text()];
}

const isThere = async (Key: string): Promise<boolean> =>
  await s3.send(new HeadObjectCommand({ Bucket: bucket.Bucket, Key })).then(
    () => true,
    () => false,
  );

describe('checksums', () => {
  const VALUES = {
    CRC32: 'y/U6HA==',
    CRC32C: 'IxWNKw==',
    CRC64NVME: 'JqAflmfAJzc=',
    SHA1: createHash('sha1').update('checked').digest('base64'),
    SHA256: createHash('sha256').update('checked').digest('base64'),
  } as const;

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    '%s is computed by both sides, kept, and told',
    async (ChecksumAlgorithm) => {
      const Key = `by-${ChecksumAlgorithm}`;
      const member = `Checksum${ChecksumAlgorithm}` as const;
      const answer =
        ChecksumAlgorithm === 'CRC64NVME'
          ? await bucket.put(Key, 'checked', { ChecksumCRC64NVME: await own('checked') })
          : await bucket.put(Key, 'checked', { ChecksumAlgorithm });
      expect(answer).toMatchObject({ ChecksumType: 'FULL_OBJECT' });
      expect(answer[member]).toBeTruthy();
      if (ChecksumAlgorithm.startsWith('SHA')) expect(answer[member]).toBe(VALUES[ChecksumAlgorithm]);
      const ChecksumMode = 'ENABLED' as const;
      const head = await s3.send(new HeadObjectCommand({ Bucket: bucket.Bucket, Key, ChecksumMode }));
      expect(head[member]).toBe(answer[member]);
      const plain = await s3.send(new HeadObjectCommand({ Bucket: bucket.Bucket, Key }));
      expect(plain[member]).toBeUndefined();
      // The client checks what it reads.
      expect(await bucket.read(Key, { ChecksumMode })).toBe('checked');
    },
  );

  /** What S3 computes by itself when nobody asks for anything. */
  async function own(text: string): Promise<string> {
    await put('own', text, {});
    const head = await s3.send(
      new HeadObjectCommand({ Bucket: bucket.Bucket, Key: 'own', ChecksumMode: 'ENABLED' }),
    );
    return head.ChecksumCRC64NVME ?? '';
  }

  test.each([
    ['x-amz-checksum-crc32', 'AAAAAA==', 'BadDigest', 'The CRC32 you specified did not match'],
    ['x-amz-checksum-crc64nvme', 'AAAAAAAAAAA=', 'BadDigest', 'The CRC64NVME you specified did not match'],
    [
      'x-amz-checksum-sha256',
      'short',
      'InvalidRequest',
      'Value for x-amz-checksum-sha256 header is invalid.',
    ],
    ['content-md5', 'AAAAAAAAAAAAAAAAAAAAAA==', 'BadDigest', 'The Content-MD5 you specified did not match'],
    ['content-md5', 'nonsense', 'InvalidDigest', 'The Content-MD5 you specified was invalid.'],
    ['x-amz-content-sha256', '0'.repeat(64), 'XAmzContentSHA256Mismatch', 'x-amz-content-sha256'],
    ['x-amz-sdk-checksum-algorithm', 'CRC32', 'InvalidRequest', 'no corresponding x-amz-checksum-'],
    ['x-amz-checksum-xxhash64', 'AAAAAAAAAAA=', 'NotImplemented', 'the checksum XXHASH64'],
  ])('%s: %s is %s, and nothing is stored', async (name, value, code, message) => {
    const key = `refused-${name}-${value.slice(0, 3)}`;
    const [, text] = await put(key, 'body', { [name]: value });
    expect(text).toContain(`<Code>${code}</Code>`);
    expect(text).toContain(message);
    expect(await isThere(key)).toBe(false);
  });

  test('two at once are one too many', async () => {
    const headers = { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' };
    const [status, text] = await put('two', 'body', headers);
    expect([status, text]).toEqual([
      400,
      expect.stringContaining('Expecting a single x-amz-checksum- header'),
    ]);
  });

  test('a trailer that is wrong, and one that does not come', async () => {
    const headers = {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '5',
      'x-amz-trailer': 'x-amz-checksum-crc32',
    };
    const wrong = await put('trailer', '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n', headers);
    expect(wrong).toEqual([400, expect.stringContaining('<Code>BadDigest</Code>')]);
    const none = await put('trailer', '5\r\nhello\r\n0\r\n\r\n', headers);
    expect(none).toEqual([400, expect.stringContaining('<Code>MalformedTrailerError</Code>')]);
    const short = await put('trailer', '4\r\nhell\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n', headers);
    expect(short).toEqual([400, expect.stringContaining('<Code>IncompleteBody</Code>')]);
    expect(await isThere('trailer')).toBe(false);
    const right = await put('trailer', '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n', headers);
    expect(right[0]).toBe(200);
    const { ContentEncoding } = await s3.send(
      new GetObjectCommand({ Bucket: bucket.Bucket, Key: 'trailer' }),
    );
    expect(ContentEncoding).toBeUndefined();
  });
});

describe('conditions', () => {
  test('If-None-Match: * puts what is not there yet', async () => {
    await bucket.put('first', 'a', { IfNoneMatch: '*' });
    await expect(bucket.put('first', 'b', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    expect(await bucket.read('first')).toBe('a');
  });

  test('only one of many wins', async () => {
    const tries = Array.from({ length: 12 }, (_, n) => bucket.put('raced', `${n}`, { IfNoneMatch: '*' }));
    const ends = await Promise.allSettled(tries);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('If-Match replaces what is known', async () => {
    const { ETag } = await bucket.put('known', 'a');
    await expect(bucket.put('known', 'b', { IfMatch: '"other"' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await bucket.put('known', 'b', { IfMatch: ETag });
    expect(await bucket.read('known')).toBe('b');
    await expect(bucket.put('unknown', 'b', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('what is refused', () => {
  test.each([
    [{ ServerSideEncryption: 'aws:kms' }, 'NotImplemented'],
    [{ ACL: 'public-read' }, 'AccessControlListNotSupported'],
    [{ ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date() }, 'InvalidRequest'],
    [{ StorageClass: 'DEEP_ARCHIVE' }, 'NotImplemented'],
    [{ StorageClass: 'NO_SUCH' }, 'InvalidStorageClass'],
    [{ WebsiteRedirectLocation: 'nowhere' }, 'InvalidArgument'],
    [{ Metadata: { long: 'x'.repeat(2049) } }, 'MetadataTooLarge'],
    [{ Tagging: 'a=1&a=2' }, 'InvalidArgument'],
    [{ Tagging: 'aws:a=1' }, 'InvalidTag'],
    [{ Key: 'k'.repeat(1025) }, 'KeyTooLongError'],
  ])('%o', async (setting, name) => {
    const input = { Bucket: bucket.Bucket, Key: 'not-stored', Body: 'x', ...setting };
    await expect(s3.send(new PutObjectCommand(input as PutObjectCommandInput))).rejects.toMatchObject({
      name,
    });
    expect(await isThere('not-stored')).toBe(false);
  });

  test('a body of no declared length', async () => {
    const response = await fetch(`${server.endpoint}/${bucket.Bucket}/endless`, {
      method: 'PUT',
      body: new Blob(['x']).stream(),
      duplex: 'half',
    });
    expect([response.status, await response.text()]).toEqual([
      411,
      expect.stringContaining('<Code>MissingContentLength</Code>'),
    ]);
  });

  test('an object of more than 5 GB', async () => {
    const headers = {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': String(5 * 1024 ** 3 + 1),
    };
    expect(await put('huge', '0\r\n\r\n', headers)).toEqual([
      400,
      expect.stringContaining('<Code>EntityTooLarge</Code>'),
    ]);
  });
});

test('storage classes that can be read at once are kept and shown', async () => {
  await bucket.put('infrequent', 'x', { StorageClass: 'STANDARD_IA' });
  const head = await s3.send(new HeadObjectCommand({ Bucket: bucket.Bucket, Key: 'infrequent' }));
  expect(head.StorageClass).toBe('STANDARD_IA');
});

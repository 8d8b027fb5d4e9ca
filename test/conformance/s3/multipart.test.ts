import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  DeleteBucketCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBucket, type TestBucket } from '../../support/s3-bucket.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const MIB = 1024 * 1024;
let server: TestServer;
let s3: S3Client;
let bucket: TestBucket;

beforeAll(async () => {
  server = await startServer();
  s3 = s3ClientFor(server, { requestChecksumCalculation: 'WHEN_REQUIRED' });
  bucket = await makeBucket(s3);
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

async function begin(Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) {
  const { Bucket } = bucket;
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  return { Bucket, Key, UploadId };
}

type Upload = Awaited<ReturnType<typeof begin>>;

const part = async (
  upload: Upload,
  PartNumber: number,
  Body: Uint8Array,
  more: object = {},
): Promise<CompletedPart> => {
  const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body, ...more }));
  return ETag === undefined ? { PartNumber } : { PartNumber, ETag };
};

const complete = async (upload: Upload, Parts: CompletedPart[], more: object = {}) =>
  await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...more }));

const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest();

describe('an upload in three parts', () => {
  const pieces = [Buffer.alloc(5 * MIB, 'a'), Buffer.alloc(5 * MIB, 'b'), Buffer.from('the end')];
  const whole = Buffer.concat(pieces);
  let upload: Upload;
  let parts: CompletedPart[];

  beforeAll(async () => {
    upload = await begin('in/parts', { ContentType: 'text/plain', Metadata: { a: 'b' }, Tagging: 't=1' });
    parts = [];
    for (const [index, piece] of pieces.entries()) parts.push(await part(upload, index + 1, piece));
    const answer = await complete(upload, parts);
    const etag = createHash('md5')
      .update(Buffer.concat(pieces.map(md5)))
      .digest('hex');
    expect(answer).toMatchObject({
      Bucket: bucket.Bucket,
      Key: 'in/parts',
      ETag: `"${etag}-3"`,
      Location: `${server.endpoint}/${bucket.Bucket}/in/parts`,
      ChecksumType: 'FULL_OBJECT',
    });
    expect(answer.ChecksumCRC64NVME).toBeTruthy();
  });

  test('is one object, with what it was begun with', async () => {
    const output = await s3.send(new GetObjectCommand({ Bucket: bucket.Bucket, Key: 'in/parts' }));
    expect(output).toMatchObject({
      ContentLength: whole.length,
      ContentType: 'text/plain',
      Metadata: { a: 'b' },
      TagCount: 1,
    });
    expect(Buffer.compare(Buffer.from((await output.Body?.transformToByteArray()) ?? []), whole)).toBe(0);
  });

  test('can be read by range across parts, and by part', async () => {
    const Range = `bytes=${5 * MIB - 2}-${5 * MIB + 1}`;
    expect(await bucket.read('in/parts', { Range })).toBe('aabb');
    const name = { Bucket: bucket.Bucket, Key: 'in/parts' };
    const third = await s3.send(new GetObjectCommand({ ...name, PartNumber: 3 }));
    expect(third).toMatchObject({ PartsCount: 3, ContentLength: 7 });
    expect(await third.Body?.transformToString()).toBe('the end');
    await expect(s3.send(new GetObjectCommand({ ...name, PartNumber: 4 }))).rejects.toMatchObject({
      name: 'InvalidPartNumber',
    });
  });

  test('tells its number of parts', async () => {
    const answer = await s3.send(
      new GetObjectAttributesCommand({
        Bucket: bucket.Bucket,
        Key: 'in/parts',
        ObjectAttributes: ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'],
      }),
    );
    expect(answer).toMatchObject({
      ETag: expect.stringMatching(/^[0-9a-f]{32}-3$/),
      ObjectSize: whole.length,
      StorageClass: 'STANDARD',
      ObjectParts: { TotalPartsCount: 3 },
      Checksum: { ChecksumType: 'FULL_OBJECT' },
    });
  });

  test('can be completed again by who did not hear the answer, and is nothing else any more', async () => {
    const again = await complete(upload, parts);
    expect(again.ETag).toMatch(/-3"$/);
    await expect(s3.send(new AbortMultipartUploadCommand(upload))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
    await expect(part(upload, 1, Buffer.from('x'))).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });
});

describe('checksums', () => {
  test.each([
    ['CRC32', undefined, 'COMPOSITE'],
    ['SHA256', undefined, 'COMPOSITE'],
    ['CRC32', 'FULL_OBJECT', 'FULL_OBJECT'],
    ['CRC32C', 'FULL_OBJECT', 'FULL_OBJECT'],
  ] as const)('%s, %s', async (ChecksumAlgorithm, ChecksumType, kind) => {
    const Key = `${ChecksumAlgorithm}-${kind}`;
    const upload = await begin(Key, { ChecksumAlgorithm, ...(ChecksumType && { ChecksumType }) });
    const member = `Checksum${ChecksumAlgorithm}` as const;
    const pieces = [Buffer.alloc(5 * MIB, 'a'), Buffer.from('end')];
    const parts: CompletedPart[] = [];
    for (const [index, Body] of pieces.entries()) {
      const PartNumber = index + 1;
      const answer = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm }));
      parts.push({ PartNumber, ETag: answer.ETag ?? '', [member]: answer[member] ?? '' });
    }
    const single = await bucket.put(`${Key}-single`, Buffer.concat(pieces), { ChecksumAlgorithm });
    // Of the object that comes of the parts, not of the list that names them.
    await expect(complete(upload, parts, { [member]: parts[0]?.[member] ?? '' })).rejects.toMatchObject({
      name: 'BadDigest',
    });
    const given = kind === 'FULL_OBJECT' ? { [member]: single[member] ?? '', ChecksumType: kind } : {};
    const answer = await complete(upload, parts, given);
    expect(answer.ChecksumType).toBe(kind);
    if (kind === 'COMPOSITE') expect(answer[member]).toMatch(/-2$/);
    if (kind === 'FULL_OBJECT') expect(answer[member]).toBe(single[member]);
    const name = { Bucket: bucket.Bucket, Key, ChecksumMode: 'ENABLED' as const };
    expect((await s3.send(new HeadObjectCommand(name)))[member]).toBe(answer[member]);
  });

  test('a part of another kind than its upload, and parts that are listed without', async () => {
    const upload = await begin('strict', { ChecksumAlgorithm: 'SHA256' });
    await expect(part(upload, 1, Buffer.from('x'))).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: 'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: null',
    });
    const one = await part(upload, 1, Buffer.from('x'), { ChecksumAlgorithm: 'SHA256' });
    await expect(complete(upload, [one])).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: /^The upload was created using a sha256 checksum/,
    });
  });

  test.each([
    [{ ChecksumAlgorithm: 'SHA1', ChecksumType: 'FULL_OBJECT' }, /FULL_OBJECT checksum type cannot be used/],
    [{ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }, /COMPOSITE checksum type cannot be used/],
    [{ ChecksumType: 'FULL_OBJECT' }, /can only be used with the x-amz-checksum-algorithm/],
  ] as const)('%o is refused', async (given, message) => {
    await expect(begin('refused', given)).rejects.toMatchObject({ name: 'InvalidRequest', message });
  });
});

describe('a list of parts that is wrong', () => {
  let upload: Upload;
  let one: CompletedPart;
  let two: CompletedPart;

  beforeAll(async () => {
    upload = await begin('wrong');
    one = await part(upload, 1, Buffer.from('small'));
    two = await part(upload, 2, Buffer.from('end'));
  });

  test.each([
    ['small parts', () => [one, two], 'EntityTooSmall'],
    ['out of order', () => [two, one], 'InvalidPartOrder'],
    ['twice the same', () => [one, one], 'InvalidPartOrder'],
    ['a part that is not there', () => [one, { PartNumber: 9, ETag: '"x"' }], 'InvalidPart'],
    ['another entity tag', () => [{ PartNumber: 1, ETag: '"x"' }], 'InvalidPart'],
    ['nothing', () => [], 'MalformedXML'],
  ])('%s', async (_, parts, name) => {
    await expect(complete(upload, parts())).rejects.toMatchObject({ name });
    expect((await s3.send(new ListPartsCommand(upload))).Parts).toHaveLength(2);
  });

  test('a size or condition that does not hold leaves the upload as it is', async () => {
    await expect(complete(upload, [one], { MpuObjectSize: 3 })).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
    await bucket.put('wrong', 'there already');
    await expect(complete(upload, [one], { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    expect((await s3.send(new ListPartsCommand(upload))).Parts).toHaveLength(2);
    await complete(upload, [one], { MpuObjectSize: 5 });
    expect(await bucket.read('wrong')).toBe('small');
  });

  test.each([0, 10_001])('part number %i', async (PartNumber) => {
    const other = await begin('numbers');
    await expect(part(other, PartNumber, Buffer.from('x'))).rejects.toMatchObject({
      name: 'InvalidArgument',
      message: 'Part number must be an integer between 1 and 10000, inclusive',
    });
  });
});

test('a part replaces the one of its number, and an upload may be given up', async () => {
  const upload = await begin('given-up');
  await part(upload, 1, Buffer.from('before'));
  const { ETag } = await part(upload, 1, Buffer.from('after'));
  const { Parts } = await s3.send(new ListPartsCommand(upload));
  expect(Parts).toMatchObject([{ PartNumber: 1, Size: 5, ETag }]);
  await s3.send(new AbortMultipartUploadCommand(upload));
  await expect(s3.send(new ListPartsCommand(upload))).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

test('UploadPartCopy makes parts of objects and of ranges', async () => {
  const large = Buffer.concat([Buffer.alloc(5 * MIB, 'x'), Buffer.alloc(5 * MIB, 'y')]);
  await bucket.put('source', large);
  const upload = await begin('copied');
  const copy = async (PartNumber: number, CopySourceRange?: string): Promise<CompletedPart> => {
    const CopySource = `${bucket.Bucket}/source`;
    const range = CopySourceRange === undefined ? {} : { CopySourceRange };
    const { CopyPartResult } = await s3.send(
      new UploadPartCopyCommand({ ...upload, PartNumber, CopySource, ...range }),
    );
    return { PartNumber, ETag: CopyPartResult?.ETag ?? '' };
  };
  const parts = [await copy(1), await copy(2, `bytes=${5 * MIB - 1}-${5 * MIB}`)];
  expect(parts[0]?.ETag).toBe(`"${md5(large).toString('hex')}"`);
  await expect(copy(3, `bytes=0-${large.length}`)).rejects.toMatchObject({
    name: 'InvalidArgument',
    message: `Range specified is not valid for source object of size: ${large.length}`,
  });
  await expect(copy(3, 'bytes=5-')).rejects.toMatchObject({ name: 'InvalidArgument' });
  await complete(upload, parts);
  expect(await bucket.read('copied', { Range: 'bytes=-4' })).toBe('yyxy');
});

test('lists of parts and uploads come page by page', async () => {
  const own = await makeBucket(s3);
  const { Bucket } = own;
  const ids: string[] = [];
  for (const Key of ['a', 'dir/b', 'dir/c', 'z', 'z']) {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    ids.push(UploadId ?? '');
  }
  const rolled = await s3.send(new ListMultipartUploadsCommand({ Bucket, Delimiter: '/' }));
  expect(rolled.CommonPrefixes).toEqual([{ Prefix: 'dir/' }]);
  expect(rolled.Uploads?.map(({ UploadId }) => UploadId)).toEqual([ids[0], ids[3], ids[4]]);
  const seen: (string | undefined)[] = [];
  let markers = {};
  for (;;) {
    const page = await s3.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 2, ...markers }));
    seen.push(...(page.Uploads ?? []).map(({ UploadId }) => UploadId));
    markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    if (page.IsTruncated !== true) break;
  }
  expect(seen).toEqual(ids);
  const upload = { Bucket, Key: 'a', UploadId: ids[0] };
  for (const PartNumber of [1, 2, 5]) {
    await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body: 'x' }));
  }
  const first = await s3.send(new ListPartsCommand({ ...upload, MaxParts: 2 }));
  expect(first).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2', Parts: [{}, {}] });
  const second = await s3.send(new ListPartsCommand({ ...upload, PartNumberMarker: '2' }));
  expect(second).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 5 }] });
  // Uploads do not hold a bucket back.
  await s3.send(new DeleteBucketCommand({ Bucket }));
});

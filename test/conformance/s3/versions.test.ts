import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteBucketCommand,
  DeleteObjectTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  type ObjectIdentifier,
  PutBucketVersioningCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBucket, setVersioning, type TestBucket } from '../../support/s3-bucket.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let s3: S3Client;
let bucket: TestBucket;
let plain: TestBucket;

beforeAll(async () => {
  server = await startServer();
  s3 = s3ClientFor(server);
  bucket = await makeBucket(s3, 'Enabled');
  plain = await makeBucket(s3);
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

const remove = async ({ Bucket }: TestBucket, Key: string, VersionId?: string) =>
  await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));

describe('versioning', () => {
  test('is off, on or suspended, and deletion with MFA is refused', async () => {
    const { Bucket } = await makeBucket(s3);
    const status = async () => (await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status;
    expect(await status()).toBeUndefined();
    await setVersioning(s3, Bucket, 'Enabled');
    expect(await status()).toBe('Enabled');
    await setVersioning(s3, Bucket, 'Suspended');
    expect(await status()).toBe('Suspended');
    const VersioningConfiguration = { MFADelete: 'Enabled', Status: 'Enabled' } as const;
    await expect(
      s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration })),
    ).rejects.toMatchObject({ name: 'NotImplemented', message: /multi-factor/ });
    await expect(
      s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: {} })),
    ).rejects.toMatchObject({ name: 'MalformedXML' });
    expect(await status()).toBe('Suspended');
  });

  test('keeps every version', async () => {
    const one = await bucket.put('k', 'one');
    const two = await bucket.put('k', 'two');
    expect(one.VersionId).toMatch(/^[A-Za-z0-9._]{32}$/);
    expect(await bucket.read('k')).toBe('two');
    expect(await bucket.read('k', { VersionId: one.VersionId })).toBe('one');
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket.Bucket, Key: 'k' }));
    expect(head.VersionId).toBe(two.VersionId);
  });

  test('hides behind a delete marker, which deleted brings all back', async () => {
    await bucket.put('hidden', 'x');
    const marker = await remove(bucket, 'hidden');
    expect(marker).toMatchObject({ DeleteMarker: true });
    await expect(bucket.read('hidden')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(bucket.read('hidden', { VersionId: marker.VersionId })).rejects.toMatchObject({
      name: 'MethodNotAllowed',
      $metadata: { httpStatusCode: 405 },
    });
    const raw = await fetch(`${server.endpoint}/${bucket.Bucket}/hidden`);
    expect(raw.headers.get('x-amz-delete-marker')).toBe('true');
    await raw.text();
    expect(await remove(bucket, 'hidden', marker.VersionId)).toMatchObject({
      DeleteMarker: true,
      VersionId: marker.VersionId,
    });
    expect(await bucket.read('hidden')).toBe('x');
  });

  test('gives the place of the newest to the one before it', async () => {
    await bucket.put('steps', 'one');
    const two = await bucket.put('steps', 'two');
    await remove(bucket, 'steps', two.VersionId);
    expect(await bucket.read('steps')).toBe('one');
    await expect(bucket.read('steps', { VersionId: two.VersionId })).rejects.toMatchObject({
      name: 'NoSuchVersion',
    });
    // What is gone is gone, and said to be.
    expect(await remove(bucket, 'steps', two.VersionId)).toMatchObject({ VersionId: two.VersionId });
  });

  test('suspended: one version without an id, which the next one replaces', async () => {
    const mixed = await makeBucket(s3);
    await mixed.put('k', 'before');
    await setVersioning(s3, mixed.Bucket, 'Enabled');
    const kept = await mixed.put('k', 'kept');
    await setVersioning(s3, mixed.Bucket, 'Suspended');
    expect((await mixed.put('k', 'after')).VersionId).toBe('null');
    expect(await mixed.read('k', { VersionId: 'null' })).toBe('after');
    expect(await mixed.read('k', { VersionId: kept.VersionId })).toBe('kept');
    expect(await remove(mixed, 'k')).toMatchObject({ DeleteMarker: true, VersionId: 'null' });
    await expect(mixed.read('k')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await remove(mixed, 'k', 'null');
    expect(await mixed.read('k')).toBe('kept');
    await expect(s3.send(new DeleteBucketCommand({ Bucket: mixed.Bucket }))).rejects.toMatchObject({
      name: 'BucketNotEmpty',
      message: 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
    });
  });
});

describe('DeleteObject', () => {
  test('of what is not there is done', async () => {
    const answer = await remove(plain, 'never-there');
    expect(answer).toMatchObject({ $metadata: { httpStatusCode: 204 } });
    expect([answer.DeleteMarker, answer.VersionId]).toEqual([undefined, undefined]);
  });

  test('only if it is what one thinks', async () => {
    const { ETag } = await plain.put('guarded', 'x');
    const guarded = (IfMatch: string | undefined) =>
      s3.send(new DeleteObjectCommand({ Bucket: plain.Bucket, Key: 'guarded', IfMatch }));
    await expect(guarded('"other"')).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await plain.read('guarded')).toBe('x');
    await guarded(ETag);
    await expect(plain.read('guarded')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('with a second factor is refused', async () => {
    await expect(
      s3.send(new DeleteObjectCommand({ Bucket: plain.Bucket, Key: 'x', MFA: 'device 123456' })),
    ).rejects.toMatchObject({ name: 'NotImplemented' });
  });
});

describe('DeleteObjects', () => {
  const removeAll = async ({ Bucket }: TestBucket, Objects: ObjectIdentifier[], Quiet?: boolean) =>
    await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects, ...(Quiet !== undefined && { Quiet }) } }),
    );

  test('deletes each, those that are not there too', async () => {
    await plain.put('d1', 'x');
    await plain.put('d2 &<ü', 'x');
    const answer = await removeAll(plain, [{ Key: 'd1' }, { Key: 'd2 &<ü' }, { Key: 'never' }]);
    expect(answer.Deleted?.map(({ Key }) => Key).toSorted()).toEqual(['d1', 'd2 &<ü', 'never']);
    await expect(plain.read('d1')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('quiet tells of errors only, and one error stops no other', async () => {
    await plain.put('q1', 'x');
    await plain.put('q2', 'x');
    const answer = await removeAll(plain, [{ Key: 'q1' }, { Key: 'q2', ETag: '"other"' }], true);
    expect(answer.Deleted).toBeUndefined();
    expect(answer.Errors).toMatchObject([{ Key: 'q2', Code: 'PreconditionFailed' }]);
    await expect(plain.read('q1')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await plain.read('q2')).toBe('x');
  });

  test('makes delete markers, and deletes versions', async () => {
    const { VersionId } = await bucket.put('many', 'x');
    const [marked] = (await removeAll(bucket, [{ Key: 'many' }])).Deleted ?? [];
    expect(marked).toMatchObject({ Key: 'many', DeleteMarker: true });
    expect(marked?.DeleteMarkerVersionId).toBeTruthy();
    const both = [
      { Key: 'many', VersionId },
      { Key: 'many', VersionId: marked?.DeleteMarkerVersionId },
    ];
    const { Deleted } = await removeAll(bucket, both);
    expect(Deleted).toHaveLength(2);
    expect(Deleted?.filter(({ DeleteMarker }) => DeleteMarker === true)).toHaveLength(1);
  });

  test('refuses nothing at all, too many, and a list without a digest', async () => {
    await expect(removeAll(plain, [])).rejects.toMatchObject({ name: 'MalformedXML' });
    const many = Array.from({ length: 1001 }, (_, n) => ({ Key: `k${n}` }));
    await expect(removeAll(plain, many)).rejects.toMatchObject({ name: 'MalformedXML' });
    const body = '<Delete><Object><Key>a</Key></Object></Delete>';
    const url = `${server.endpoint}/${plain.Bucket}?delete`;
    const bare = await fetch(url, { method: 'POST', body });
    expect([bare.status, await bare.text()]).toEqual([400, expect.stringContaining('Content-MD5')]);
    const wrong = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' },
    });
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('BadDigest')]);
  });
});

describe('tags of objects', () => {
  const TagSet = [
    { Key: 'colour', Value: 'blue' },
    { Key: 'size', Value: '' },
  ];
  const tags = async ({ Bucket }: TestBucket, Key: string, VersionId?: string) =>
    (await s3.send(new GetObjectTaggingCommand({ Bucket, Key, VersionId }))).TagSet;

  test('are put, replaced and deleted', async () => {
    await plain.put('tagged', 'x', { Tagging: 'a=1&b=two%20words' });
    const name = { Bucket: plain.Bucket, Key: 'tagged' };
    expect(await tags(plain, 'tagged')).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: 'two words' },
    ]);
    await s3.send(new PutObjectTaggingCommand({ ...name, Tagging: { TagSet } }));
    expect(await tags(plain, 'tagged')).toEqual(TagSet);
    expect((await s3.send(new HeadObjectCommand(name))).TagCount).toBe(2);
    await s3.send(new DeleteObjectTaggingCommand(name));
    expect(await tags(plain, 'tagged')).toEqual([]);
    const head = await s3.send(new GetObjectCommand(name));
    expect(head.TagCount).toBeUndefined();
    await head.Body?.transformToString();
  });

  test('belong to a version', async () => {
    const one = await bucket.put('versioned-tags', '1');
    await bucket.put('versioned-tags', '2');
    const name = { Bucket: bucket.Bucket, Key: 'versioned-tags' };
    const VersionId = one.VersionId;
    await s3.send(new PutObjectTaggingCommand({ ...name, VersionId, Tagging: { TagSet } }));
    expect(await tags(bucket, 'versioned-tags', VersionId)).toEqual(TagSet);
    expect(await tags(bucket, 'versioned-tags')).toEqual([]);
  });

  test.each([
    [
      [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ],
      'InvalidTag',
    ],
    [[{ Key: 'x'.repeat(129), Value: '1' }], 'InvalidTag'],
    [[{ Key: 'a', Value: 'x'.repeat(257) }], 'InvalidTag'],
    [[{ Key: 'a', Value: '{}' }], 'InvalidTag'],
    [Array.from({ length: 11 }, (_, n) => ({ Key: `k${n}`, Value: '' })), 'BadRequest'],
  ])('%j are refused', async (refused, name) => {
    await plain.put('untagged', 'x');
    const command = { Bucket: plain.Bucket, Key: 'untagged', Tagging: { TagSet: refused } };
    await expect(s3.send(new PutObjectTaggingCommand(command))).rejects.toMatchObject({ name });
    expect(await tags(plain, 'untagged')).toEqual([]);
  });
});

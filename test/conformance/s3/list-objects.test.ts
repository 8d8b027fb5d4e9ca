import {
  DeleteObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBucket, type TestBucket } from '../../support/s3-bucket.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';

/** In the order of a list. U+1F600 stands behind U+FFFD, though not in JavaScript's order. */
const KEYS = ['Z', 'a', 'a-b', 'dir/', 'dir/a', 'dir/b/c', 'dir0', 'x y+z&<', 'é/1', '\u{FFFD}', '\u{1F600}'];
let server: TestServer;
let s3: S3Client;
let bucket: TestBucket;

beforeAll(async () => {
  server = await startServer();
  s3 = s3ClientFor(server);
  bucket = await makeBucket(s3);
  for (const key of KEYS.toReversed()) await bucket.put(key, key);
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

const list = async (more: Partial<ListObjectsV2CommandInput> = {}) =>
  await s3.send(new ListObjectsV2Command({ Bucket: bucket.Bucket, ...more }));

describe('ListObjectsV2', () => {
  test('shows all keys in the order of their bytes', async () => {
    const answer = await list();
    expect(answer.Contents?.map(({ Key }) => Key)).toEqual(KEYS);
    expect(answer).toMatchObject({
      Name: bucket.Bucket,
      Prefix: '',
      KeyCount: KEYS.length,
      MaxKeys: 1000,
      IsTruncated: false,
    });
    const [first] = answer.Contents ?? [];
    expect(first).toMatchObject({ Size: 1, StorageClass: 'STANDARD', ChecksumType: 'FULL_OBJECT' });
    expect(first?.ETag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(first?.Owner).toBeUndefined();
    expect((await list({ FetchOwner: true })).Contents?.[0]?.Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
  });

  test('rolls keys up', async () => {
    const answer = await list({ Delimiter: '/' });
    expect(answer.CommonPrefixes).toEqual([{ Prefix: 'dir/' }, { Prefix: 'é/' }]);
    expect(answer.Contents?.map(({ Key }) => Key)).toEqual(KEYS.filter((key) => !key.includes('/')));
    expect(answer.KeyCount).toBe(KEYS.length - 2);
    const inside = await list({ Delimiter: '/', Prefix: 'dir/' });
    expect(inside.CommonPrefixes).toEqual([{ Prefix: 'dir/b/' }]);
    expect(inside.Contents?.map(({ Key }) => Key)).toEqual(['dir/', 'dir/a']);
  });

  test.each([
    [{ StartAfter: 'dir/a' }, KEYS.slice(5)],
    [{ Prefix: 'dir' }, ['dir/', 'dir/a', 'dir/b/c', 'dir0']],
    [{ Prefix: 'nothing' }, []],
    [{ MaxKeys: 0 }, []],
    [{ Delimiter: 'b', Prefix: 'a' }, ['a']],
  ])('%o', async (more, keys) => {
    expect(((await list(more)).Contents ?? []).map(({ Key }) => Key)).toEqual(keys);
  });

  test('goes on by tokens, whatever the size of a page', async () => {
    for (const pageSize of [1, 2, 3, 7]) {
      const lines: (string | undefined)[] = [];
      const pages = paginateListObjectsV2(
        { client: s3, pageSize },
        { Bucket: bucket.Bucket, Delimiter: '/' },
      );
      for await (const page of pages) {
        expect(page.KeyCount).toBeLessThanOrEqual(pageSize);
        lines.push(...(page.Contents ?? []).map(({ Key }) => Key));
        lines.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      }
      const all = [...KEYS.filter((key) => !key.includes('/')), 'dir/', 'é/'];
      expect(lines).toHaveLength(all.length);
      expect(new Set(lines)).toEqual(new Set(all));
    }
  });

  test('encodes what XML has trouble with', async () => {
    const answer = await list({ EncodingType: 'url', Prefix: 'x y', Delimiter: '/' });
    expect(answer).toMatchObject({ EncodingType: 'url', Prefix: 'x%20y', Delimiter: '/' });
    expect(answer.Contents?.[0]?.Key).toBe('x%20y%2Bz%26%3C');
  });

  test.each([
    [{ ContinuationToken: 'nonsense' }, 'The continuation token provided is incorrect'],
    [{ EncodingType: 'base64' as 'url' }, 'Invalid Encoding Method specified in Request'],
    [{ MaxKeys: -1 }, 'Argument maxKeys must be an integer between 0 and 2147483647'],
  ])('%o is refused', async (more, message) => {
    await expect(list(more)).rejects.toMatchObject({ name: 'InvalidArgument', message });
  });
});

describe('ListObjects', () => {
  const first = async (more: object = {}) =>
    await s3.send(new ListObjectsCommand({ Bucket: bucket.Bucket, ...more }));

  test('goes on behind a key, and behind a common prefix', async () => {
    expect((await first({ Marker: 'dir/a' })).Contents?.[0]).toMatchObject({ Key: 'dir/b/c' });
    const page = await first({ Delimiter: '/', MaxKeys: 4 });
    expect(page).toMatchObject({
      IsTruncated: true,
      NextMarker: 'dir/',
      CommonPrefixes: [{ Prefix: 'dir/' }],
    });
    const next = await first({ Delimiter: '/', Marker: page.NextMarker });
    expect(next.Contents?.[0]?.Key).toBe('dir0');
    expect(next.CommonPrefixes).toEqual([{ Prefix: 'é/' }]);
  });

  test('has owners, and a next marker only with a delimiter', async () => {
    const page = await first({ MaxKeys: 2 });
    expect(page.Contents?.[1]?.Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
    expect([page.IsTruncated, page.NextMarker]).toEqual([true, undefined]);
  });
});

test('ListObjectVersions shows versions and delete markers, the newest first, page by page', async () => {
  const versioned = await makeBucket(s3, 'Enabled');
  const { Bucket } = versioned;
  const ids: (string | undefined)[] = [];
  for (const text of ['1', '2', '3']) ids.unshift((await versioned.put('k', text)).VersionId);
  ids.unshift((await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))).VersionId);
  const other = (await versioned.put('k/inner', 'x')).VersionId;
  const all = async (more: Partial<ListObjectVersionsCommandInput>) =>
    await s3.send(new ListObjectVersionsCommand({ Bucket, ...more }));
  const answer = await all({});
  expect(answer.DeleteMarkers).toMatchObject([{ Key: 'k', VersionId: ids[0], IsLatest: true }]);
  expect(answer.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
    [ids[1], false],
    [ids[2], false],
    [ids[3], false],
    [other, true],
  ]);
  const seen: (string | undefined)[] = [];
  let markers = {};
  for (;;) {
    const page = await all({ MaxKeys: 1, ...markers });
    seen.push(...[...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ VersionId }) => VersionId));
    markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    if (page.IsTruncated !== true) break;
  }
  expect(seen).toEqual([...ids, other]);
  expect((await all({ KeyMarker: 'k' })).Versions).toMatchObject([{ Key: 'k/inner' }]);
  expect((await all({ Delimiter: '/' })).CommonPrefixes).toEqual([{ Prefix: 'k/' }]);
  await expect(all({ VersionIdMarker: ids[1] })).rejects.toMatchObject({ name: 'InvalidArgument' });
});

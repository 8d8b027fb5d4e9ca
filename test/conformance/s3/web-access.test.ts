import { request } from 'node:http';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postForm, presign, presignV2, signedForm } from '../../support/presigned.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';

/** What needs no SDK: URLs that carry their signature, forms, pages, and callers that sign nothing. */
const KEYS = { accessKeyId: 'AKIAWEB', secretAccessKey: 'right-secret' };
const WRONG = { ...KEYS, secretAccessKey: 'wrong-secret' };
const Bucket = 'web';
let server: TestServer;
let s3: S3Client;
let base: string;

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: 'AKIAWEB:right-secret:123456789012' },
  });
  s3 = s3ClientFor(server, { credentials: KEYS });
  base = `${server.endpoint}/${Bucket}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(
    new PutObjectCommand({ Bucket, Key: 'a b/ü.txt', Body: 'content', ContentType: 'text/plain' }),
  );
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

const OBJECT = 'a%20b/%C3%BC.txt';
const textOf = async (Key: string): Promise<string | undefined> =>
  await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

/** What S3 answers in the end: its code, or the body. */
async function outcome(response: Response): Promise<string> {
  const body = await response.text();
  return response.ok ? body : `${response.status} ${/<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? body}`;
}

describe('a URL that carries its signature', () => {
  const past = new Date(Date.now() - 3_600_000);
  test.each([
    ['reads', () => presign(`${base}/${OBJECT}`, { keys: KEYS }), 'content'],
    ['reads, in the older way', () => presignV2(`${base}/${OBJECT}`, { keys: KEYS }), 'content'],
    ['ends', () => presign(`${base}/${OBJECT}`, { keys: KEYS, at: past }), '403 AccessDenied'],
    [
      'ends, in the older way',
      () => presignV2(`${base}/${OBJECT}`, { keys: KEYS, expiresIn: -1 }),
      '403 AccessDenied',
    ],
    ['must be right', () => presign(`${base}/${OBJECT}`, { keys: WRONG }), '403 SignatureDoesNotMatch'],
    [
      'must be right, in the older way',
      () => presignV2(`${base}/${OBJECT}`, { keys: WRONG }),
      '403 SignatureDoesNotMatch',
    ],
    [
      'is for one method',
      () => presign(`${base}/${OBJECT}`, { keys: KEYS, method: 'PUT' }),
      '403 SignatureDoesNotMatch',
    ],
    [
      'is for one object',
      () => presign(`${base}/other`, { keys: KEYS }).replace('other', OBJECT),
      '403 SignatureDoesNotMatch',
    ],
  ] as const)('%s', async (_, make, expected) => {
    expect(await outcome(await fetch(make()))).toBe(expected);
  });

  test('names when it ended', async () => {
    const url = presign(`${base}/${OBJECT}`, { keys: KEYS, at: past });
    const body = await (await fetch(url)).text();
    expect(body).toContain(
      '<Message>Request has expired</Message><X-Amz-Expires>60</X-Amz-Expires><Expires>',
    );
  });

  test('writes, with what it says in its query', async () => {
    const url = presign(`${base}/put?x-amz-meta-from=query`, { keys: KEYS, method: 'PUT' });
    expect(await outcome(await fetch(url, { method: 'PUT', body: 'put' }))).toBe('');
    expect(await textOf('put')).toBe('put');
    const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'put' }));
    expect(Metadata).toEqual({ from: 'query' });
  });
});

describe('a bucket in the host name', () => {
  const { hostname } = new URL('http://localhost');
  test.each([`${Bucket}.${hostname}`, `${Bucket}.s3.localhost`, `${Bucket}.s3.us-east-1.amazonaws.com`])(
    '%s',
    async (host) => {
      const url = new URL(presign(`http://${host}:80/${OBJECT}`, { keys: KEYS }));
      const { port } = new URL(server.endpoint);
      const body = await new Promise<string>((resolve, reject) => {
        const options = { host: '127.0.0.1', port, path: url.pathname + url.search, headers: { host } };
        request(options, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => resolve(text));
        })
          .on('error', reject)
          .end();
      });
      expect(body).toBe('content');
    },
  );
});

describe('a form', () => {
  const conditions = [
    { bucket: Bucket },
    ['starts-with', '$key', 'user/'],
    ['starts-with', '$Content-Type', 'text/'],
    ['content-length-range', 1, 10],
    { 'x-amz-meta-by': 'form' },
    ['starts-with', '$success_action_status', ''],
    ['starts-with', '$success_action_redirect', ''],
  ];
  const fields = { key: 'user/${filename}', 'Content-Type': 'text/html', 'x-amz-meta-by': 'form' };
  const post = (change: object, content: string | undefined, keys = KEYS, expiresIn = 60) =>
    postForm(base, signedForm({ ...fields, ...change }, conditions, { keys, expiresIn }), content);

  test('uploads what its policy allows', async () => {
    const response = await post({}, 'posted');
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(response.headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/);
    const object = await s3.send(new GetObjectCommand({ Bucket, Key: 'user/from-disk.txt' }));
    expect(await object.Body?.transformToString()).toBe('posted');
    expect([object.ContentType, object.Metadata]).toEqual(['text/html', { by: 'form' }]);
  });

  test('is answered as it asks', async () => {
    const made = await post({ key: 'user/a&b', success_action_status: '201' }, 'x');
    expect(made.status).toBe(201);
    expect(await made.text()).toContain(`<Bucket>${Bucket}</Bucket><Key>user/a&amp;b</Key><ETag>&quot;`);
    const redirect = await post({ key: 'user/r', success_action_redirect: 'http://page.test/done?x=1' }, 'x');
    expect(redirect.status).toBe(303);
    expect(redirect.headers.get('location')).toMatch(
      /^http:\/\/page\.test\/done\?x=1&bucket=web&key=user%2Fr&etag=%22[0-9a-f]{32}%22$/,
    );
  });

  test.each([
    ['another key', () => post({ key: 'other/key' }, 'x'), '403 AccessDenied'],
    ['too large a file', () => post({}, 'eleven byte'), '400 EntityTooLarge'],
    ['an empty file', () => post({}, ''), '400 EntityTooSmall'],
    ['a field nobody signed', () => post({ acl: 'public-read' }, 'x'), '403 AccessDenied'],
    ['a policy that has ended', () => post({}, 'x', KEYS, -1), '403 AccessDenied'],
    ['a wrong signature', () => post({}, 'x', WRONG), '403 SignatureDoesNotMatch'],
    ['no file', () => post({}, undefined), '400 InvalidArgument'],
    ['no key', () => post({ key: '' }, 'x'), '400 InvalidArgument'],
    ['no policy', () => postForm(base, fields, 'x'), '403 AccessDenied'],
    [
      'no bucket',
      () =>
        postForm(
          `${server.endpoint}/nowhere`,
          signedForm({ key: 'k' }, [['eq', '$key', 'k']], { keys: KEYS }),
          'x',
        ),
      '404 NoSuchBucket',
    ],
  ] as const)('with %s uploads nothing', async (_, send, expected) => {
    expect(await outcome(await send())).toBe(expected);
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'other/key' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });
});

test('who signs nothing may do what the bucket’s policy lets everyone do', async () => {
  const read = async (Key: string) => await outcome(await fetch(`${server.endpoint}/open/${Key}`));
  await s3.send(new CreateBucketCommand({ Bucket: 'open' }));
  await s3.send(new PutObjectCommand({ Bucket: 'open', Key: 'public/a', Body: 'for all' }));
  await s3.send(new PutObjectCommand({ Bucket: 'open', Key: 'b', Body: 'for few' }));
  expect(await read('public/a')).toBe('403 AccessDenied');
  const PublicAccessBlockConfiguration = { BlockPublicPolicy: false };
  await s3.send(new PutPublicAccessBlockCommand({ Bucket: 'open', PublicAccessBlockConfiguration }));
  const statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::open/public/*',
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statement });
  await s3.send(new PutBucketPolicyCommand({ Bucket: 'open', Policy }));
  expect([await read('public/a'), await read('b')]).toEqual(['for all', '403 AccessDenied']);
  const write = await fetch(`${server.endpoint}/open/public/a`, { method: 'PUT', body: 'mine' });
  expect(await outcome(write)).toBe('403 AccessDenied');
  expect(await outcome(await postForm(`${server.endpoint}/open`, { key: 'public/c' }, 'x'))).toBe(
    '403 AccessDenied',
  );
  expect(await outcome(await fetch(`${server.endpoint}/`))).toBe('403 AccessDenied');
});

describe('a page of another origin', () => {
  const origin = 'http://app.example.com';
  const ask = (headers: Record<string, string>, path = OBJECT) =>
    fetch(`${base}/${path}`, { method: 'OPTIONS', headers: { origin, ...headers } });

  beforeAll(async () => {
    const CORSRules = [
      {
        AllowedOrigins: ['http://*.example.com'],
        AllowedMethods: ['GET', 'PUT'],
        AllowedHeaders: ['Content-Type', 'x-amz-*'],
        ExposeHeaders: ['ETag'],
        MaxAgeSeconds: 60,
      },
    ];
    await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
  });

  test('is told beforehand what it may do', async () => {
    const allowed = await ask({
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type, x-amz-meta-a',
    });
    expect(allowed.status).toBe(200);
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, PUT',
      'access-control-allow-headers': 'content-type, x-amz-meta-a',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'ETag',
      'access-control-max-age': '60',
    });
    expect(await outcome(await ask({ 'access-control-request-method': 'DELETE' }))).toBe(
      '403 AccessForbidden',
    );
    expect(
      await outcome(
        await ask({ 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-b' }),
      ),
    ).toBe('403 AccessForbidden');
    const other = { origin: 'http://example.org', 'access-control-request-method': 'GET' };
    expect(await outcome(await ask(other))).toBe('403 AccessForbidden');
  });

  test('does it then, and sees the answer', async () => {
    const url = presign(`${base}/${OBJECT}`, { keys: KEYS });
    const response = await fetch(url, { headers: { origin } });
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(await response.text()).toBe('content');
    const refused = await fetch(`${base}/${OBJECT}`, { headers: { origin } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, origin]);
  });

  test('of an origin that no rule names is kept out', async () => {
    const url = presign(`${base}/${OBJECT}`, { keys: KEYS });
    const response = await fetch(url, { headers: { origin: 'http://example.org' } });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('Lambent takes no requests from web pages of other hosts');
  });
});

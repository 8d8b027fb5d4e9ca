import { createHash, createHmac } from 'node:crypto';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { iamOf, type Keys, policyText } from '../support/identities.ts';
import { s3ClientFor } from '../support/s3.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** S3 under `--auth strict`: identities' policies, and bodies whose chunks are signed. */
const OPERATOR: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };
const Bucket = 'guarded';
let server: TestServer;
let root: S3Client;
let reader: S3Client;

beforeAll(async () => {
  const env = { LAMBENT_ACCESS_KEYS: `${OPERATOR.accessKeyId}:${OPERATOR.secretAccessKey}:123456789012` };
  server = await startServer({ flags: ['--auth', 'strict'], env });
  root = s3ClientFor(server, { credentials: OPERATOR });
  await root.send(new CreateBucketCommand({ Bucket }));
  await root.send(new PutObjectCommand({ Bucket, Key: 'open/a', Body: 'open' }));
  await root.send(new PutObjectCommand({ Bucket, Key: 'shut/a', Body: 'shut' }));
  reader = s3ClientFor(server, { credentials: await makeReader() });
});
afterAll(async () => {
  root.destroy();
  reader.destroy();
  await server.stop();
});

async function makeReader(): Promise<Keys> {
  const iam = iamOf(server.endpoint, OPERATOR);
  const UserName = 'reader';
  await iam.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = policyText(['s3:GetObject', 's3:DeleteObject'], `arn:aws:s3:::${Bucket}/open/*`);
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  iam.destroy();
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

describe('a user may do what its policies say', () => {
  test('and nothing else', async () => {
    const { Body } = await reader.send(new GetObjectCommand({ Bucket, Key: 'open/a' }));
    expect(await Body?.transformToString()).toBe('open');
    const refused = [
      new GetObjectCommand({ Bucket, Key: 'shut/a' }),
      new PutObjectCommand({ Bucket, Key: 'open/a', Body: 'x' }),
      new ListObjectsV2Command({ Bucket }),
      // Who may not list is not told what is not there.
      new GetObjectCommand({ Bucket, Key: 'open/none' }),
    ];
    for (const command of refused) {
      await expect(reader.send(command as GetObjectCommand)).rejects.toMatchObject({
        name: 'AccessDenied',
        $metadata: { httpStatusCode: 403 },
      });
    }
  });

  test('key by key', async () => {
    await root.send(new PutObjectCommand({ Bucket, Key: 'open/b', Body: 'x' }));
    const Objects = [{ Key: 'open/b' }, { Key: 'shut/a' }];
    const answer = await reader.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(answer.Deleted).toMatchObject([{ Key: 'open/b' }]);
    expect(answer.Errors).toMatchObject([{ Key: 'shut/a', Code: 'AccessDenied' }]);
  });
});

describe('a body in signed chunks', () => {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();

  /** @param tamper with a letter of the body after it was signed */
  async function upload(Key: string, chunks: readonly string[], tamper = ''): Promise<number> {
    const url = new URL(`${server.endpoint}/${Bucket}/${Key}`);
    const time = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
    const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
    const headers: Record<string, string> = {
      'content-encoding': 'aws-chunked',
      host: url.host,
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-date': time,
      'x-amz-decoded-content-length': String(chunks.join('').length),
    };
    const names = Object.keys(headers).join(';');
    const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
    const canonical = ['PUT', url.pathname, '', ...lines, '', names, headers['x-amz-content-sha256']];
    const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${OPERATOR.secretAccessKey}`);
    const seed = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical.join('\n'))}`;
    let signature = hmac(key, seed).toString('hex');
    const credential = `Credential=${OPERATOR.accessKeyId}/${scope}`;
    const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${signature}`;
    let body = '';
    for (const chunk of [...chunks, '']) {
      const text = `AWS4-HMAC-SHA256-PAYLOAD\n${time}\n${scope}\n${signature}\n${sha256('')}\n${sha256(chunk)}`;
      signature = hmac(key, text).toString('hex');
      body += `${chunk.length.toString(16)};chunk-signature=${signature}\r\n${chunk}\r\n`;
    }
    if (tamper !== '') body = body.replace(tamper, '?');
    const { host: _, ...sent } = headers;
    const response = await fetch(url, { method: 'PUT', body, headers: { ...sent, authorization } });
    const text = await response.text();
    if (!response.ok) expect(text).toContain('<Code>SignatureDoesNotMatch</Code>');
    return response.status;
  }

  test('is stored when they are right, and not when any is not', async () => {
    expect(await upload('chunks', ['first', 'second'])).toBe(200);
    const { Body } = await root.send(new GetObjectCommand({ Bucket, Key: 'chunks' }));
    expect(await Body?.transformToString()).toBe('firstsecond');
    expect(await upload('tampered', ['first', 'sECOND'], 'E')).toBe(403);
    await expect(root.send(new HeadObjectCommand({ Bucket, Key: 'tampered' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });
});

test('a body that is not what was signed', async () => {
  const wrong = s3ClientFor(server, { credentials: { ...OPERATOR, secretAccessKey: 'wrong' } });
  await expect(wrong.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'x' }))).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
  });
  wrong.destroy();
});

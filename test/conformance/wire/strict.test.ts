import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rootCaller } from '../../../src/model/identity/caller-identity.ts';
import { claim, startSite } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
let body = '';

beforeAll(async () => {
  site = await startSite(
    [
      {
        model: 'lambda',
        operations: { GetFunction: (_input, context) => ({ Tags: { account: context.accountId } }) },
      },
      { model: 'sqs', operations: { ListQueues: () => ({ QueueUrls: [] }) } },
      {
        model: 's3',
        operations: {
          PutObject: async (input: { Body: AsyncIterable<Uint8Array> }) => {
            const chunks: Uint8Array[] = [];
            for await (const chunk of input.Body) chunks.push(chunk);
            body = Buffer.concat(chunks).toString();
            return {};
          },
          GetObject: () => ({ Body: Buffer.from('x') }),
        },
      },
    ],
    {
      auth: 'strict',
      credentials: {
        find: (id) =>
          id === 'AKIDGOOD'
            ? {
                accountId: '000000000000',
                secretAccessKey: 'right',
                caller: rootCaller('aws', '000000000000'),
                isExpired: false,
              }
            : undefined,
      },
    },
  );
});
afterAll(() => site.close());

const options = (accessKeyId: string, secretAccessKey: string) => ({
  endpoint: site.url,
  region: 'us-east-1',
  credentials: { accessKeyId, secretAccessKey },
  forcePathStyle: true,
  maxAttempts: 1,
});

describe('with signatures verified', () => {
  test('a good one passes, with a body and without', async () => {
    const good = options('AKIDGOOD', 'right');
    const found = await new LambdaClient(good).send(new GetFunctionCommand({ FunctionName: 'f' }));
    expect(found.Tags).toEqual({ account: '000000000000' });
    expect(await new SQSClient(good).send(new ListQueuesCommand({}))).toMatchObject({ QueueUrls: [] });
    const s3 = new S3Client(good);
    await s3.send(new PutObjectCommand({ Bucket: 'b', Key: 'a b/é', Body: 'content' }));
    expect(body).toBe('content');
    await s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
  });

  test('a wrong secret and an unknown key are refused in each service’s words', async () => {
    const wrong = options('AKIDGOOD', 'wrong');
    const unknown = options('AKIDNOBODY', 'right');
    const get = new GetFunctionCommand({ FunctionName: 'f' });
    await expect(new LambdaClient(wrong).send(get)).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(new LambdaClient(unknown).send(get)).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
    await expect(
      new S3Client(wrong).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })),
    ).rejects.toMatchObject({ name: 'SignatureDoesNotMatch', $metadata: { httpStatusCode: 403 } });
  });

  test('a claim without proof is refused, and so is none', async () => {
    const path = `${site.url}/2015-03-31/functions/f`;
    expect((await fetch(path, { headers: claim('lambda') })).status).toBeGreaterThanOrEqual(400);
    const unsigned = await fetch(path);
    expect([unsigned.status, unsigned.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'MissingAuthenticationTokenException',
    ]);
  });
});

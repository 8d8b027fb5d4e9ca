import {
  DeleteLayerVersionCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  type PublishLayerVersionCommandInput,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { clientOf, publishLayer } from '../../support/layers.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const INVALID = { name: 'InvalidParameterValueException', status: 400, type: 'User' };
const FILES = { 'python/shared.py': 'VALUE = 1\n' };

async function refused(
  change: Partial<PublishLayerVersionCommandInput>,
): Promise<Awaited<ReturnType<typeof refusal>>> {
  const input = { LayerName: uniqueName('layer'), Content: { ZipFile: await zipOf(FILES) }, ...change };
  return await refusal(server.lambda.send(new PublishLayerVersionCommand(input)));
}

/** An archive whose one file is so many zeros. */
async function zeros(bytes: number): Promise<Uint8Array> {
  return await zipOf({ zeros: Buffer.alloc(bytes) });
}

describe('PublishLayerVersion', () => {
  test('answers with the whole version [whole-answer]', async () => {
    const LayerName = uniqueName('layer');
    const ZipFile = await zipOf(FILES);
    const { $metadata, ...published } = await publishLayer(server.lambda, {
      LayerName,
      Content: { ZipFile },
    });
    const arn = `arn:aws:lambda:us-east-1:000000000000:layer:${LayerName}`;
    const digest = await crypto.subtle.digest('SHA-256', ZipFile.slice());
    expect($metadata.httpStatusCode).toBe(201);
    expect(published).toEqual({
      Content: {
        Location: expect.stringMatching(/^http/),
        CodeSha256: Buffer.from(digest).toString('base64'),
        CodeSize: ZipFile.byteLength,
      },
      LayerArn: arn,
      LayerVersionArn: `${arn}:1`,
      Description: '',
      CreatedDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/),
      Version: 1,
    });
  });

  test('shows what was said about the version [optional-fields] [deprecated-runtimes]', async () => {
    const said = {
      Description: 'shared code',
      LicenseInfo: 'MIT',
      CompatibleRuntimes: ['python3.12', 'nodejs12.x'] as ('python3.12' | 'nodejs12.x')[],
      CompatibleArchitectures: ['x86_64', 'arm64'] as ('x86_64' | 'arm64')[],
    };
    expect(await publishLayer(server.lambda, said)).toMatchObject(said);
  });

  test('gives a location that downloads the archive [download]', async () => {
    const ZipFile = await zipOf(FILES);
    const { Content } = await publishLayer(server.lambda, { Content: { ZipFile } });
    const download = await fetch(Content?.Location ?? '');
    expect(download.status).toBe(200);
    expect(Buffer.from(await download.arrayBuffer())).toEqual(Buffer.from(ZipFile));
  });

  test('makes a new version every time, by name or ARN [next-version] [arn-for-name]', async () => {
    const LayerName = uniqueName('layer');
    const first = await publishLayer(server.lambda, { LayerName });
    const second = await publishLayer(server.lambda, { LayerName: first.LayerArn });
    expect(second.LayerVersionArn).toBe(`${first.LayerArn}:2`);
    expect(second.Content?.CodeSha256).toBe(first.Content?.CodeSha256);
  });

  test('never uses a number again [never-reused]', async () => {
    const LayerName = uniqueName('layer');
    await publishLayer(server.lambda, { LayerName });
    await publishLayer(server.lambda, { LayerName });
    for (const VersionNumber of [1, 2]) {
      await server.lambda.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber }));
    }
    expect((await publishLayer(server.lambda, { LayerName })).Version).toBe(3);
  });

  test('counts calls at the same moment one by one [concurrent]', async () => {
    const LayerName = uniqueName('layer');
    const published = await Promise.all(
      Array.from({ length: 12 }, async () => await publishLayer(server.lambda, { LayerName })),
    );
    const numbers = published.map(({ Version = 0 }) => Version);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    const { LayerVersions = [] } = await server.lambda.send(new ListLayerVersionsCommand({ LayerName }));
    expect(LayerVersions).toHaveLength(12);
  });

  test.each<[string, Partial<PublishLayerVersionCommandInput>]>([
    ['a runtime there never was', { CompatibleRuntimes: ['cobol' as 'nodejs'] }],
    ['an architecture there never was', { CompatibleArchitectures: ['ia64' as 'arm64'] }],
  ])('refuses %s [unknown-runtime]', async (_what, change) => {
    const answer = await refused(change);
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(answer.message).toContain('Member must satisfy enum value set');
  });

  test.each<[string, Partial<PublishLayerVersionCommandInput>]>([
    ['sixteen runtimes', { CompatibleRuntimes: Array.from({ length: 16 }, () => 'nodejs22.x' as const) }],
    ['three architectures', { CompatibleArchitectures: ['x86_64', 'arm64', 'x86_64'] }],
    ['a licence of 513 characters', { LicenseInfo: 'x'.repeat(513) }],
    ['a description of 257 characters', { Description: 'x'.repeat(257) }],
  ])('refuses %s [too-many-runtimes]', async (_what, change) => {
    const answer = await refused(change);
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(answer.message).toContain('Member must have length less than or equal to');
  });

  test('refuses names of other characters [bad-name]', async () => {
    const answer = await refused({ LayerName: 'no spaces' });
    expect(answer.name).toBe('ValidationException');
    expect(answer.message).toContain("Value 'no spaces' at 'layerName'");
  });

  test('refuses what is no zip [bad-zip]', async () => {
    expect(await refused({ Content: { ZipFile: Buffer.from('no zip') } })).toEqual({
      ...INVALID,
      message: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
    });
  });

  test('refuses an archive of nothing [empty-zip]', async () => {
    for (const ZipFile of [new Uint8Array(), await zipOf({})]) {
      const message = 'Uploaded file must be a non-empty zip';
      expect(await refused({ Content: { ZipFile } })).toEqual({ ...INVALID, message });
    }
  });

  test('refuses no content [no-content]', async () => {
    const message = 'Please provide a source for function code.';
    expect(await refused({ Content: {} })).toEqual({ ...INVALID, message });
  });

  test('refuses more than 250 MB, unpacked [unzipped-limit]', async () => {
    const answer = await refused({ Content: { ZipFile: await zeros(262_144_001) } });
    expect(answer).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Unzipped size must be smaller than 262144000 bytes',
    });
  });

  test('refuses an archive of more than 50 MB [zipped-limit]', async () => {
    const answer = await refused({ Content: { ZipFile: new Uint8Array(52_428_801) } });
    expect(answer).toMatchObject({
      name: 'RequestEntityTooLargeException',
      message: 'Zipped size must be smaller than 52428800 bytes',
      status: 413,
    });
  });

  test("refuses other accounts' layers [other-account]", async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    const other = clientOf(server, '123456789012');
    expect(await refusal(publishLayer(other, { LayerName: LayerArn }))).toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::123456789012:root is not authorized to perform: lambda:PublishLayerVersion on resource: ${LayerArn} because no resource-based policy allows the lambda:PublishLayerVersion action`,
      status: 403,
    });
  });

  test('takes the content from a bucket [from-s3]', async () => {
    const s3 = s3ClientFor(server);
    const Body = await zipOf(FILES);
    await s3.send(new CreateBucketCommand({ Bucket: 'layers' }));
    await s3.send(new PutObjectCommand({ Bucket: 'layers', Key: 'layer.zip', Body }));
    s3.destroy();
    const S3 = { S3Bucket: 'layers', S3Key: 'layer.zip', S3ObjectVersion: 'null' };
    const { Content } = await publishLayer(server.lambda, { LayerName: uniqueName('layer'), Content: S3 });
    expect(Content?.CodeSize).toBe(Body.byteLength);
    expect(await refused({ Content: { ...S3, S3Key: 'other.zip' } })).toMatchObject({
      ...INVALID,
      message: expect.stringContaining('S3 Error Code: NoSuchVersion') as unknown,
    });
  });
});

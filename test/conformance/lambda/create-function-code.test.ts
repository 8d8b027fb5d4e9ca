import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, ECHO, refusal, updated } from '../../support/lambda-requests.ts';
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

async function refused(
  change: Partial<Record<keyof CreateFunctionCommandInput, unknown>>,
): ReturnType<typeof refusal> {
  const input = await creation(change as Partial<CreateFunctionCommandInput>);
  return await refusal(server.lambda.send(new CreateFunctionCommand(input)));
}

describe('CreateFunction, code', () => {
  test('refuses what is no zip, an empty one, and none [bad-zip] [empty-zip] [code-none]', async () => {
    const corrupt = {
      name: 'InvalidParameterValueException',
      message: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
      status: 400,
    };
    expect(await refused({ Code: { ZipFile: Buffer.from('this is no archive') } })).toMatchObject(corrupt);
    const whole = await zipOf({ 'index.js': ECHO.repeat(100) });
    expect(await refused({ Code: { ZipFile: whole.subarray(0, whole.length - 30) } })).toMatchObject(corrupt);
    expect(await refused({ Code: { ZipFile: await zipOf({}) } })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Uploaded file must be a non-empty zip',
    });
    expect(await refused({ Code: {} })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Please provide a source for function code.',
    });
  });

  test('refuses paths that lead out of the package [zip-paths]', async () => {
    const honest = Buffer.from(await zipOf({ 'xx/escape.js': ECHO }));
    for (let at = honest.indexOf('xx/'); at !== -1; at = honest.indexOf('xx/', at)) honest.write('../', at);
    const answer = await refused({ Code: { ZipFile: honest } });
    expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400 });
  });

  test('refuses 250 MB unpacked, however small they travel [unzipped-limit]', async () => {
    const bomb = await zipOf({ 'zeros.bin': new Uint8Array(262_144_001) });
    expect(await refused({ Code: { ZipFile: bomb } })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Unzipped size must be smaller than 262144000 bytes',
    });
  });

  test('refuses more than 50 MB zipped [zipped-limit]', async () => {
    expect(await refused({ Code: { ZipFile: new Uint8Array(52_428_801) } })).toMatchObject({
      name: 'RequestEntityTooLargeException',
      message: 'Zipped size must be smaller than 52428800 bytes',
      status: 413,
    });
  });

  test('says that container images are not there yet', async () => {
    const image = await refused({ Code: { ImageUri: '000000000000.dkr.ecr.us-east-1.amazonaws.com/i:1' } });
    expect(image.message).toMatch(/ImageUri.*not implemented by Lambent yet/);
  });

  test('takes the package from a bucket, or says what S3 says [code-from-s3]', async () => {
    const s3 = s3ClientFor(server);
    const elsewhere = s3ClientFor(server, { region: 'eu-west-1' });
    const stranger = s3ClientFor(server, {
      credentials: { accessKeyId: '111111111111', secretAccessKey: 'x' },
    });
    const Body = await zipOf({ 'index.js': "exports.handler = async () => 'from a bucket';" });
    await s3.send(new CreateBucketCommand({ Bucket: 'code' }));
    await s3.send(new PutObjectCommand({ Bucket: 'code', Key: 'a/package.zip', Body }));
    const Code = { S3Bucket: 'code', S3Key: 'a/package.zip' };
    const input = await creation({ Code });
    const { CodeSize, FunctionName = '' } = await server.lambda.send(new CreateFunctionCommand(input));
    expect(CodeSize).toBe(Body.byteLength);
    await updated(server.lambda, FunctionName);
    const { Payload } = await server.lambda.send(new InvokeCommand({ FunctionName }));
    expect(Payload?.transformToString()).toBe('"from a bucket"');

    const says = (code: string, message: string) => ({
      name: 'InvalidParameterValueException',
      message: `Error occurred while GetObject. S3 Error Code: ${code}. S3 Error Message: ${message}`,
    });
    expect(await refused({ Code: { ...Code, S3Key: 'b' } })).toMatchObject(
      says('NoSuchKey', 'The specified key does not exist.'),
    );
    expect(await refused({ Code: { ...Code, S3Bucket: 'nowhere' } })).toMatchObject(
      says('NoSuchBucket', 'The specified bucket does not exist'),
    );
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;
    await elsewhere.send(new CreateBucketCommand({ Bucket: 'code-abroad', CreateBucketConfiguration }));
    await elsewhere.send(new PutObjectCommand({ Bucket: 'code-abroad', Key: 'a/package.zip', Body }));
    expect(await refused({ Code: { ...Code, S3Bucket: 'code-abroad' } })).toMatchObject(
      says(
        'PermanentRedirect',
        'The bucket is in this region: eu-west-1. Please use this region to retry the request',
      ),
    );
    await stranger.send(new CreateBucketCommand({ Bucket: 'code-of-others' }));
    await stranger.send(new PutObjectCommand({ Bucket: 'code-of-others', Key: 'a/package.zip', Body }));
    expect(await refused({ Code: { ...Code, S3Bucket: 'code-of-others' } })).toMatchObject({
      name: 'AccessDeniedException',
      status: 403,
    });
    await s3.send(new PutObjectCommand({ Bucket: 'code', Key: 'no-zip', Body: 'no zip' }));
    expect(await refused({ Code: { ...Code, S3Key: 'no-zip' } })).toMatchObject({
      message: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
    });
    for (const client of [s3, elsewhere, stranger]) client.destroy();
  });

  test('refuses two sources at once [code-two-sources]', async () => {
    const ZipFile = await zipOf({ 'index.js': ECHO });
    expect(await refused({ Code: { ZipFile, S3Bucket: 'bucket', S3Key: 'key' } })).toMatchObject({
      message: 'Please do not provide other FunctionCode parameters when providing a ZipFile.',
    });
  });

  test('refuses requests that are larger than any package makes them [request-limit]', async () => {
    expect(await refused({ Code: { ZipFile: new Uint8Array(52_800_000) } })).toMatchObject({
      name: 'RequestEntityTooLargeException',
      message: 'Request must be smaller than 70167211 bytes for the CreateFunction operation',
      status: 413,
    });
  });
});

import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  UpdateFunctionCodeCommand,
  waitUntilPublishedVersionActive,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName, updated } from '../../support/lambda-requests.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { answering, configurationOf, deployVersions } from '../../support/versions.ts';
import { zipOf } from '../../support/zip.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function invoked(FunctionName: string, Qualifier?: string): Promise<string> {
  const { Payload } = await server.lambda.send(
    new InvokeCommand({ FunctionName, ...(Qualifier !== undefined && { Qualifier }) }),
  );
  return Payload?.transformToString() ?? '';
}

describe('UpdateFunctionCode', () => {
  test('answers in progress, then runs the new code [answer] [runs] [new-revision]', async () => {
    const { FunctionName, CodeSha256 } = await deploy(server.lambda, {
      Code: { ZipFile: await answering('old') },
    });
    expect(await invoked(FunctionName)).toBe('"old"');
    const answer = await server.lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await answering('new') }),
    );
    expect(answer).toMatchObject({
      State: 'Active',
      LastUpdateStatus: 'InProgress',
      LastUpdateStatusReason: 'The function is being created.',
      LastUpdateStatusReasonCode: 'Creating',
      Version: '$LATEST',
    });
    expect(answer.CodeSha256).not.toBe(CodeSha256);
    await updated(server.lambda, FunctionName);
    expect(await invoked(FunctionName)).toBe('"new"');
    const now = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(now.LastUpdateStatus).toBe('Successful');
    expect(now).not.toHaveProperty('LastUpdateStatusReason');
    expect(now.RevisionId).not.toBe(answer.RevisionId);
    expect(now.CodeSha256).toBe(answer.CodeSha256);
  });

  test('serves the new package for download [download]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const ZipFile = await answering('download');
    await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    await updated(server.lambda, FunctionName);
    const { Code } = await server.lambda.send(new GetFunctionCommand({ FunctionName }));
    const download = await fetch(Code?.Location ?? '');
    expect(Buffer.from(await download.arrayBuffer())).toEqual(Buffer.from(ZipFile));
  });

  test('publishes the new code, and leaves versions theirs [publish] [versions-stay]', async () => {
    const { FunctionName, FunctionArn } = await deployVersions(server.lambda, 1);
    const answer = await server.lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await answering('2'), Publish: true }),
    );
    expect(answer).toMatchObject({
      FunctionArn: `${FunctionArn}:2`,
      Version: '2',
      State: 'Pending',
      StateReason: 'The function is being created.',
      StateReasonCode: 'Creating',
    });
    expect(answer).not.toHaveProperty('LastUpdateStatus');
    await updated(server.lambda, FunctionName);
    await waitUntilPublishedVersionActive(
      { client: server.lambda, maxWaitTime: 20, minDelay: 0.05 },
      { FunctionName, Qualifier: '2' },
    );
    expect(await invoked(FunctionName, '1')).toBe('"1"');
    expect(await invoked(FunctionName, '2')).toBe('"2"');
    expect(await invoked(FunctionName)).toBe('"2"');
  });

  test('publishes nothing that is published [publish-unchanged]', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 1);
    const version = await configurationOf(server.lambda, FunctionName, '1');
    const { $metadata: _, ...answer } = await server.lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await answering('1'), Publish: true }),
    );
    expect(answer).toEqual(version);
  });

  test('is for functions, not for versions [qualified]', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 1);
    const ZipFile = await answering('never');
    const update = new UpdateFunctionCodeCommand({ FunctionName: `${FunctionName}:1`, ZipFile });
    expect(await refusal(server.lambda.send(update))).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
    expect(await invoked(FunctionName, '1')).toBe('"1"');
  });

  test('changes nothing on a dry run [dry-run]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const before = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const ZipFile = await answering('never');
    const answer = await server.lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName, ZipFile, DryRun: true }),
    );
    expect(answer.CodeSize).toBe(ZipFile.byteLength);
    expect(answer.CodeSha256).not.toBe(before.CodeSha256);
    const { $metadata: _, ...after } = await server.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName }),
    );
    expect(before).toMatchObject(after);
  });

  test('wants the newest revision when it is told one [revision] [stale-revision]', async () => {
    const created = await deploy(server.lambda);
    const { FunctionName } = created;
    const ZipFile = await answering('revised');
    const stale = new UpdateFunctionCodeCommand({
      FunctionName,
      ZipFile,
      RevisionId: created.RevisionId ?? '',
    });
    expect(await refusal(server.lambda.send(stale))).toEqual({
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
      status: 412,
      type: 'User',
    });
    const now = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const fresh = { FunctionName, ZipFile, RevisionId: now.RevisionId ?? '' };
    const answer = await server.lambda.send(new UpdateFunctionCodeCommand(fresh));
    expect(answer.LastUpdateStatus).toBe('InProgress');
  });

  test('accepts one of many updates with the same revision [concurrent]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const { RevisionId = '' } = await server.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName }),
    );
    const answers = await Promise.allSettled(
      Array.from({ length: 6 }, async (_, index) => {
        const ZipFile = await answering(`number ${index}`);
        return await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile, RevisionId }));
      }),
    );
    const accepted = answers.filter((answer) => answer.status === 'fulfilled');
    expect(accepted).toHaveLength(1);
    await updated(server.lambda, FunctionName);
    const now = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(now.CodeSha256).toBe(accepted[0]?.value.CodeSha256);
  });

  test('refuses what cannot be the code [bad-zip] [image-for-zip] [unbuilt]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const refused = async (input: object): ReturnType<typeof refusal> =>
      await refusal(server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ...input })));
    expect(await refused({ ZipFile: Buffer.from('no archive') })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
    });
    expect(await refused({ ImageUri: '000000000000.dkr.ecr.us-east-1.amazonaws.com/i:1' })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: "Please don't provide ImageUri when updating a function with packageType Zip.",
    });
    for (const [field, value] of [
      ['SourceKMSKeyArn', 'arn:aws:kms:us-east-1:000000000000:key/k'],
      ['PublishTo', 'LATEST_PUBLISHED'],
    ] as const) {
      const answer = await refused({ ZipFile: await answering('x'), [field]: value });
      expect(answer.message).toBe(`${field} is not implemented by Lambent yet.`);
    }
    const kept = { S3Bucket: 'bucket', S3Key: 'key', S3ObjectStorageMode: 'REFERENCE' } as const;
    expect((await refused(kept)).message).toContain('S3ObjectStorageMode');
  });

  test('takes new code from a bucket, of the version that is named', async () => {
    const s3 = s3ClientFor(server);
    await s3.send(new CreateBucketCommand({ Bucket: 'updates' }));
    const Body = await answering('from a bucket');
    await s3.send(new PutObjectCommand({ Bucket: 'updates', Key: 'code.zip', Body }));
    s3.destroy();
    const { FunctionName } = await deploy(server.lambda);
    const named = { FunctionName, S3Bucket: 'updates', S3Key: 'code.zip' };
    const never = new UpdateFunctionCodeCommand({ ...named, S3ObjectVersion: 'never-there' });
    expect((await refusal(server.lambda.send(never))).message).toMatch(
      /^Error occurred while GetObject\. S3 Error Code: NoSuchVersion\./,
    );
    await server.lambda.send(new UpdateFunctionCodeCommand({ ...named, S3ObjectVersion: 'null' }));
    await updated(server.lambda, FunctionName);
    expect(await invoked(FunctionName)).toBe('"from a bucket"');
  });

  test('says what is not there [missing-function]', async () => {
    const FunctionName = uniqueName();
    const ZipFile = await answering('nobody');
    expect(
      await refusal(server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }))),
    ).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`,
      status: 404,
    });
  });

  test('keeps to the limits of packages [code-none] [zipped-limit] [unzipped-limit]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const refused = async (ZipFile?: Uint8Array): ReturnType<typeof refusal> =>
      await refusal(
        server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ...(ZipFile && { ZipFile }) })),
      );
    expect(await refused()).toMatchObject({ name: 'InvalidParameterValueException', status: 400 });
    expect(await refused(new Uint8Array(52_428_801))).toMatchObject({
      name: 'RequestEntityTooLargeException',
      message: 'Zipped size must be smaller than 52428800 bytes',
      status: 413,
    });
    expect(await refused(await zipOf({ 'zeros.bin': new Uint8Array(262_144_001) }))).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Unzipped size must be smaller than 262144000 bytes',
    });
  });
});

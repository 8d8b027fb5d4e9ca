import { createHash } from 'node:crypto';
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  GetFunctionConfigurationCommand,
  ListTagsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, deploy, ECHO, refusal, uniqueName, UUID } from '../../support/lambda-requests.ts';
import { ROLE, startServer, type TestServer } from '../../support/server.ts';
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

describe('CreateFunction', () => {
  test('answers with the whole configuration, still pending', async () => {
    const input = await creation({
      Description: 'says it again',
      Environment: { Variables: { COLOUR: 'blue' } },
    });
    const { $metadata, ...created } = await server.lambda.send(new CreateFunctionCommand(input));
    const zip = input.Code?.ZipFile ?? new Uint8Array();
    expect($metadata.httpStatusCode).toBe(201);
    expect(created).toEqual({
      FunctionName: input.FunctionName,
      FunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${input.FunctionName}`,
      Runtime: 'nodejs22.x',
      Role: ROLE,
      Handler: 'index.handler',
      CodeSize: zip.byteLength,
      Description: 'says it again',
      Timeout: 3,
      MemorySize: 128,
      LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/),
      CodeSha256: createHash('sha256').update(zip).digest('base64'),
      Version: '$LATEST',
      Environment: { Variables: { COLOUR: 'blue' } },
      TracingConfig: { Mode: 'PassThrough' },
      RevisionId: expect.stringMatching(UUID),
      State: 'Pending',
      StateReason: 'The function is being created.',
      StateReasonCode: 'Creating',
      PackageType: 'Zip',
      Architectures: [process.arch === 'arm64' ? 'arm64' : 'x86_64'],
      EphemeralStorage: { Size: 512 },
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
      RuntimeVersionConfig: {
        RuntimeVersionArn: expect.stringMatching(/^arn:aws:lambda:us-east-1::runtime:[\da-f]{64}$/),
      },
      LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${input.FunctionName}` },
    });
  });

  test('becomes active under a new revision', async () => {
    const created = await deploy(server.lambda);
    const now = await server.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: created.FunctionName }),
    );
    expect(now).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' });
    expect(now).not.toHaveProperty('StateReason');
    expect(now).not.toHaveProperty('StateReasonCode');
    expect(now.RevisionId).toMatch(UUID);
    expect(now.RevisionId).not.toBe(created.RevisionId);
  });

  test('keeps every setting it is given', async () => {
    const settings = {
      Timeout: 900,
      MemorySize: 10_240,
      EphemeralStorage: { Size: 1024 },
      LoggingConfig: { LogFormat: 'JSON', LogGroup: '/my/group', SystemLogLevel: 'WARN' },
      Environment: { Variables: {} },
    } as const;
    const created = await deploy(server.lambda, settings);
    expect(created).toMatchObject({
      ...settings,
      LoggingConfig: { ...settings.LoggingConfig, ApplicationLogLevel: 'INFO' },
    });
  });

  test('accepts settings that ask for nothing', async () => {
    const created = await deploy(server.lambda, {
      VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
      Layers: [],
      FileSystemConfigs: [],
      DeadLetterConfig: { TargetArn: '' },
      KMSKeyArn: '',
      SnapStart: { ApplyOn: 'None' },
      TracingConfig: { Mode: 'PassThrough' },
      PackageType: 'Zip',
      Publish: false,
    });
    expect(created).not.toHaveProperty('VpcConfig');
    expect(created).not.toHaveProperty('Layers');
    expect(created).not.toHaveProperty('DeadLetterConfig');
    expect(created).not.toHaveProperty('KMSKeyArn');
  });

  test('tags the new function', async () => {
    const { FunctionArn } = await deploy(server.lambda, { Tags: { team: 'blue' } });
    const { Tags } = await server.lambda.send(new ListTagsCommand({ Resource: FunctionArn }));
    expect(Tags).toEqual({ team: 'blue' });
  });

  test('takes an ARN for a name', async () => {
    const name = uniqueName();
    const created = await deploy(server.lambda, {
      FunctionName: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    });
    expect(created.FunctionName).toBe(name);
  });

  test('refuses a name that is taken', async () => {
    const { FunctionName } = await deploy(server.lambda);
    expect(await refused({ FunctionName })).toEqual({
      name: 'ResourceConflictException',
      message: `Function already exist: ${FunctionName}`,
      status: 409,
      type: 'User',
    });
  });

  test('creates one function when many ask for the same name at once', async () => {
    const input = await creation();
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, async () => await server.lambda.send(new CreateFunctionCommand(input))),
    );
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
  });

  test('refuses a name of 65 characters', async () => {
    const FunctionName = 'n'.repeat(65);
    expect(await refused({ FunctionName })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: `1 validation error detected: Value '${FunctionName}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
      status: 400,
    });
  });

  test('refuses a name with characters that have no place in it', async () => {
    const answer = await refused({ FunctionName: 'not a name' });
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400, type: undefined });
    expect(answer.message).toContain("Value 'not a name' at 'functionName' failed to satisfy constraint");
  });

  test('refuses runtimes that are unknown, deprecated, or not on this machine', async () => {
    for (const runtime of ['nodejs99.x', 'NodeJS22.x']) {
      const answer = await refused({ Runtime: runtime });
      expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400, type: 'User' });
      expect(answer.message).toMatch(
        new RegExp(
          `^Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \\[.*nodejs22\\.x.*\\] or be a valid ARN$`,
        ),
      );
    }
    expect(await refused({ Runtime: 'nodejs14.x' })).toMatchObject({
      name: 'InvalidParameterValueException',
      message:
        'The runtime parameter of nodejs14.x is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.',
    });
  });

  test('wants runtime and handler', async () => {
    for (const missing of [{ Runtime: undefined }, { Handler: undefined }]) {
      expect(await refused(missing)).toMatchObject({
        name: 'InvalidParameterValueException',
        message:
          'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
      });
    }
  });

  test('refuses a role that is none, and none at all', async () => {
    const malformed = await refused({ Role: 'my-role' });
    expect(malformed).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(malformed.message).toContain("Value 'my-role' at 'role' failed to satisfy constraint");
    expect(await refused({ Role: undefined })).toMatchObject({ name: 'ValidationException', status: 400 });
  });

  test('refuses sizes out of bounds', async () => {
    expect(await refused({ Timeout: 901 })).toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
    });
    expect(await refused({ Timeout: 0 })).toMatchObject({ name: 'ValidationException' });
    expect(await refused({ MemorySize: 127 })).toMatchObject({ name: 'ValidationException' });
    expect(await refused({ MemorySize: 10_241 })).toMatchObject({ status: 400 });
    expect(await refused({ EphemeralStorage: { Size: 511 } })).toMatchObject({ name: 'ValidationException' });
    expect(await refused({ Handler: 'has space' })).toMatchObject({ name: 'ValidationException' });
  });

  test('refuses environment variables above 4 KB and those that are reserved', async () => {
    const exact = { V1: 'x'.repeat(4096 - '{"V1":""}'.length) };
    await deploy(server.lambda, { Environment: { Variables: exact } });
    const Variables = { V1: `${exact.V1}x` };
    expect(await refused({ Environment: { Variables } })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${JSON.stringify(Variables)}`,
    });
    expect(await refused({ Environment: { Variables: { AWS_REGION: 'x', MINE: 'y' } } })).toMatchObject({
      name: 'InvalidParameterValueException',
      message:
        'Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION',
    });
  });

  test('refuses log levels for the Text format', async () => {
    expect(await refused({ LoggingConfig: { ApplicationLogLevel: 'DEBUG' } })).toMatchObject({
      name: 'InvalidParameterValueException',
      message:
        'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
    });
  });

  test('refuses more than 50 tags', async () => {
    const Tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, 'v']));
    expect(await refused({ Tags })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Number of tags exceeds resource tag limit.',
    });
  });

  test.each([
    ['VpcConfig', { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] }],
    ['Layers', ['arn:aws:lambda:us-east-1:000000000000:layer:l:1']],
    ['DeadLetterConfig', { TargetArn: 'arn:aws:sqs:us-east-1:000000000000:q' }],
    ['SnapStart', { ApplyOn: 'PublishedVersions' }],
    ['TracingConfig', { Mode: 'Active' }],
    ['Publish', true],
    ['PackageType', 'Image'],
    ['KMSKeyArn', 'arn:aws:kms:us-east-1:000000000000:key/k'],
    ['TenancyConfig', { TenantIsolationMode: 'PER_TENANT' }],
    ['DurableConfig', { ExecutionTimeout: 60 }],
    [
      'CodeSigningConfigArn',
      'arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdefg',
    ],
  ] as const)('refuses %s rather than ignore it', async (field, value) => {
    const answer = await refused({ [field]: value });
    expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400, type: 'User' });
    expect(answer.message).toMatch(new RegExp(`^${field}.* is not implemented by Lambent yet\\.$`));
  });

  test('refuses an architecture that this machine cannot run', async () => {
    const other = process.arch === 'arm64' ? 'x86_64' : 'arm64';
    const answer = await refused({ Architectures: [other] });
    expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400 });
    expect(answer.message).toContain(other);
  });
});

describe('CreateFunction, code', () => {
  test('refuses what is no zip, an empty one, and none', async () => {
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

  test('refuses paths that lead out of the package', async () => {
    const honest = Buffer.from(await zipOf({ 'xx/escape.js': ECHO }));
    for (let at = honest.indexOf('xx/'); at !== -1; at = honest.indexOf('xx/', at)) honest.write('../', at);
    const answer = await refused({ Code: { ZipFile: honest } });
    expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400 });
  });

  test('refuses 250 MB unpacked, however small they travel', async () => {
    const bomb = await zipOf({ 'zeros.bin': new Uint8Array(262_144_001) });
    expect(await refused({ Code: { ZipFile: bomb } })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Unzipped size must be smaller than 262144000 bytes',
    });
  });

  test('refuses more than 50 MB zipped', async () => {
    expect(await refused({ Code: { ZipFile: new Uint8Array(52_428_801) } })).toMatchObject({
      name: 'RequestEntityTooLargeException',
      message: 'Zipped size must be smaller than 52428800 bytes',
      status: 413,
    });
  });

  test('says that S3 and container images are not there yet', async () => {
    const fromS3 = await refused({ Code: { S3Bucket: 'bucket', S3Key: 'key' } });
    expect(fromS3).toMatchObject({ name: 'InvalidParameterValueException', status: 400 });
    expect(fromS3.message).toMatch(/S3.*not implemented by Lambent yet/);
    const image = await refused({ Code: { ImageUri: '000000000000.dkr.ecr.us-east-1.amazonaws.com/i:1' } });
    expect(image.message).toMatch(/ImageUri.*not implemented by Lambent yet/);
  });

  test('refuses two sources at once', async () => {
    const ZipFile = await zipOf({ 'index.js': ECHO });
    expect(await refused({ Code: { ZipFile, S3Bucket: 'bucket', S3Key: 'key' } })).toMatchObject({
      message: 'Please do not provide other FunctionCode parameters when providing a ZipFile.',
    });
  });
});

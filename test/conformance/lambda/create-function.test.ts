import { createHash } from 'node:crypto';
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  GetFunctionConfigurationCommand,
  ListTagsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, deploy, refusal, uniqueName, UUID } from '../../support/lambda-requests.ts';
import { ROLE, startServer, type TestServer } from '../../support/server.ts';
import { configurationOf, publish } from '../../support/versions.ts';

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
  test('answers with the whole configuration, still pending [answer] [defaults] [code-sha256] [default-architecture]', async () => {
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

  test('becomes active under a new revision [active]', async () => {
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

  test('keeps every setting it is given [set-values]', async () => {
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

  test('accepts settings that ask for nothing [defaults-sent-back]', async () => {
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

  test('publishes version 1 at once [publish] [published-unchanged]', async () => {
    const { FunctionName, FunctionArn, ...created } = await deploy(server.lambda, { Publish: true });
    expect(created).toMatchObject({ Version: '1', State: 'Pending' });
    expect(FunctionArn).toMatch(/:function:[^:]*$/);
    const latest = await configurationOf(server.lambda, FunctionName);
    expect(latest).toMatchObject({ FunctionArn, Version: '$LATEST' });
    const version = await publish(server.lambda, { FunctionName });
    expect(version).toEqual({
      ...latest,
      FunctionArn: `${FunctionArn}:1`,
      Version: '1',
      RevisionId: version.RevisionId,
    });
  });

  test('tags the new function [tags]', async () => {
    const { FunctionArn } = await deploy(server.lambda, { Tags: { team: 'blue' } });
    const { Tags } = await server.lambda.send(new ListTagsCommand({ Resource: FunctionArn }));
    expect(Tags).toEqual({ team: 'blue' });
  });

  test('takes an ARN for a name [arn-for-name]', async () => {
    const name = uniqueName();
    const created = await deploy(server.lambda, {
      FunctionName: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    });
    expect(created.FunctionName).toBe(name);
  });

  test('refuses a name that is taken [duplicate]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    expect(await refused({ FunctionName })).toEqual({
      name: 'ResourceConflictException',
      message: `Function already exist: ${FunctionName}`,
      status: 409,
      type: 'User',
    });
  });

  test('creates one function when many ask for the same name at once [concurrent]', async () => {
    const input = await creation();
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, async () => await server.lambda.send(new CreateFunctionCommand(input))),
    );
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
  });
});

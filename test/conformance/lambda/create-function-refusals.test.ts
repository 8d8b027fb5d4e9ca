import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  GetFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';

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

describe('CreateFunction, refusals', () => {
  test('refuses a name of 65 characters [name-length]', async () => {
    const FunctionName = 'n'.repeat(65);
    expect(await refused({ FunctionName })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: `1 validation error detected: Value '${FunctionName}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
      status: 400,
    });
  });

  test('refuses a name with characters that have no place in it [name-pattern]', async () => {
    const answer = await refused({ FunctionName: 'not a name' });
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400, type: undefined });
    expect(answer.message).toContain("Value 'not a name' at 'functionName' failed to satisfy constraint");
  });

  test('refuses runtimes that are unknown, deprecated, or not on this machine [runtime] [deprecated-runtime]', async () => {
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

  test('wants runtime and handler [runtime-and-handler]', async () => {
    for (const missing of [{ Runtime: undefined }, { Handler: undefined }]) {
      expect(await refused(missing)).toMatchObject({
        name: 'InvalidParameterValueException',
        message:
          'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
      });
    }
  });

  test('refuses a role that is none, and none at all [role]', async () => {
    const malformed = await refused({ Role: 'my-role' });
    expect(malformed).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(malformed.message).toContain("Value 'my-role' at 'role' failed to satisfy constraint");
    expect(await refused({ Role: undefined })).toMatchObject({ name: 'ValidationException', status: 400 });
  });

  test('refuses sizes out of bounds [bounds] [memory-limit]', async () => {
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

  test('refuses environment variables above 4 KB and those that are reserved [environment-limit] [environment-reserved]', async () => {
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

  test('refuses log levels for the Text format [log-level-text]', async () => {
    expect(await refused({ LoggingConfig: { ApplicationLogLevel: 'DEBUG' } })).toMatchObject({
      name: 'InvalidParameterValueException',
      message:
        'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
    });
  });

  test('refuses more than 50 tags [tags-limit]', async () => {
    const Tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, 'v']));
    expect(await refused({ Tags })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Number of tags exceeds resource tag limit.',
    });
  });

  test('refuses an architecture that this machine cannot run [architecture]', async () => {
    const other = process.arch === 'arm64' ? 'x86_64' : 'arm64';
    const answer = await refused({ Architectures: [other] });
    expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400 });
    expect(answer.message).toContain(other);
  });

  test('refuses an ARN of more than 140 characters, and one of another Region [arn-length] [other-region]', async () => {
    const arn = (region: string, name: string): string =>
      `arn:aws:lambda:${region}:000000000000:function:${name}`;
    const answer = await refused({ FunctionName: arn('us-east-1', 'n'.repeat(100)) });
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(answer.message).toMatch(
      /at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 140$/,
    );
    expect(await refused({ FunctionName: arn('eu-west-1', 'name') })).toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    });
  });

  test('names everything that is out of bounds at once [several-errors]', async () => {
    const answer = await refused({ Timeout: 901, MemorySize: 127, Role: 'my-role' });
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400, type: undefined });
    expect(answer.message).toMatch(/^3 validation errors detected: Value .*; Value .*; Value /);
    for (const member of ['timeout', 'memorySize', 'role']) {
      expect(answer.message).toContain(`at '${member}' failed to satisfy constraint: `);
    }
  });

  test('refuses tags out of bounds, and creates nothing [tag-rules]', async () => {
    const FunctionName = uniqueName();
    expect(await refused({ FunctionName, Tags: { 'aws:mine': 'v' } })).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
    expect(await refused({ FunctionName, Tags: { ['k'.repeat(129)]: 'v' } })).toMatchObject({
      name: 'ValidationException',
    });
    const get = new GetFunctionConfigurationCommand({ FunctionName });
    expect(await refusal(server.lambda.send(get))).toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

import {
  CreateFunctionUrlConfigCommand,
  type CreateFunctionUrlConfigCommandInput,
  GetFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Refusal, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { createAlias, deployVersions } from '../../support/versions.ts';

let server: TestServer;
let FunctionName: string;
let FunctionArn: string;

beforeAll(async () => {
  server = await startServer();
  ({ FunctionName, FunctionArn } = await deployVersions(server.lambda, 1));
  await createAlias(server.lambda, FunctionName, 'live', '1');
});

afterAll(async () => {
  await server.stop();
});

async function refused(input: Partial<CreateFunctionUrlConfigCommandInput>): Promise<Refusal> {
  const request = { FunctionName, AuthType: 'NONE' as const, ...input };
  return await refusal(server.lambda.send(new CreateFunctionUrlConfigCommand(request)));
}

const NO_FUNCTION: Refusal = {
  name: 'ResourceNotFoundException',
  message: 'Function does not exist',
  status: 404,
  type: 'User',
};

describe('CreateFunctionUrlConfig', () => {
  test.each<[string, Partial<CreateFunctionUrlConfigCommandInput>]>([
    ['the function', {}],
    ['an alias', { Qualifier: 'live' }],
    [
      'every setting',
      { AuthType: 'AWS_IAM', InvokeMode: 'RESPONSE_STREAM', Cors: { AllowOrigins: ['*'], MaxAge: 86_400 } },
    ],
  ])('refuses a good request for %s while no URL answers [not-implemented]', async (_, input) => {
    expect(await refused(input)).toEqual({
      name: 'InvalidParameterValueException',
      message: 'Function URLs: CreateFunctionUrlConfig is not implemented by Lambent yet.',
      status: 400,
      type: 'User',
    });
    expect(
      await refusal(server.lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }))),
    ).toMatchObject({ status: 404 });
  });

  test('wants the function to be there [unknown-function]', async () => {
    expect(await refused({ FunctionName: uniqueName() })).toEqual(NO_FUNCTION);
  });

  test('wants the alias to be there [unknown-alias]', async () => {
    expect(await refused({ Qualifier: 'dead' })).toEqual(NO_FUNCTION);
    expect(await refused({ FunctionName: `${FunctionName}:dead` })).toEqual(NO_FUNCTION);
  });

  test.each(['$LATEST', '1'])('has no URL for version %s [qualifier]', async (version) => {
    const text = `Value '${version}' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)`;
    for (const input of [{ Qualifier: version }, { FunctionName: `${FunctionArn}:${version}` }]) {
      expect(await refused(input)).toMatchObject({
        name: 'ValidationException',
        message: `1 validation error detected: ${text}`,
        status: 400,
      });
    }
  });

  test('refuses two different qualifiers [two-qualifiers]', async () => {
    expect(await refused({ FunctionName: `${FunctionName}:live`, Qualifier: 'dead' })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'The derived qualifier from the function name does not match the specified qualifier.',
    });
  });

  test.each<[string, Partial<CreateFunctionUrlConfigCommandInput>, string]>([
    ['no AuthType', { AuthType: undefined }, "Value null at 'authType'"],
    ['another AuthType', { AuthType: 'OPEN' as 'NONE' }, "Value 'OPEN' at 'authType'"],
    ['another InvokeMode', { InvokeMode: 'STREAM' as 'BUFFERED' }, "Value 'STREAM' at 'invokeMode'"],
    ['a MaxAge above a day', { Cors: { MaxAge: 86_401 } }, "Value '86401' at 'cors.maxAge'"],
    ['a negative MaxAge', { Cors: { MaxAge: -1 } }, "Value '-1' at 'cors.maxAge'"],
    [
      'too many origins',
      { Cors: { AllowOrigins: Array.from({ length: 101 }, () => '*') } },
      "at 'cors.allowOrigins'",
    ],
    ['an origin too long', { Cors: { AllowOrigins: ['a'.repeat(254)] } }, "at 'cors.allowOrigins'"],
    [
      'seven methods',
      { Cors: { AllowMethods: ['GET', 'PUT', 'HEAD', 'POST', 'PATCH', 'DELETE', '*'] } },
      "at 'cors.allowMethods'",
    ],
    ['a method too long', { Cors: { AllowMethods: ['OPTIONS'] } }, "at 'cors.allowMethods'"],
    [
      'too many headers',
      { Cors: { AllowHeaders: Array.from({ length: 101 }, () => 'a') } },
      "at 'cors.allowHeaders'",
    ],
    [
      'too many exposed headers',
      { Cors: { ExposeHeaders: Array.from({ length: 101 }, () => 'a') } },
      "at 'cors.exposeHeaders'",
    ],
  ])('refuses %s [bounds]', async (_, input, text) => {
    const answer = await refused(input);
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(answer.message).toContain(text);
  });
});

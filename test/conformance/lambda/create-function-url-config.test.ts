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
  async function create(input: Partial<CreateFunctionUrlConfigCommandInput>) {
    const request = { AuthType: 'NONE' as const, FunctionName, ...input };
    const { $metadata, ...answer } = await server.lambda.send(new CreateFunctionUrlConfigCommand(request));
    expect($metadata.httpStatusCode).toBe(201);
    return answer;
  }

  test('gives the function a URL and shows what was set [answer, url-form, invoke-mode]', async () => {
    const { FunctionName: own, FunctionArn: ownArn } = await deployVersions(server.lambda, 1);
    const Cors = { AllowOrigins: ['*'], AllowMethods: ['GET'], MaxAge: 0, AllowCredentials: false };
    const answer = await create({ FunctionName: own, AuthType: 'AWS_IAM', Cors });
    expect(answer).toStrictEqual({
      FunctionUrl: expect.stringMatching(/^https?:\/\/[a-z0-9]{32}\.lambda-url\.us-east-1\.[^/]+\/$/),
      FunctionArn: ownArn,
      AuthType: 'AWS_IAM',
      Cors,
      CreationTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    const shown = await server.lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: own }));
    expect(shown).toMatchObject({ ...answer, InvokeMode: 'BUFFERED' });
  });

  test('shows the invoke mode when it was asked for [invoke-mode]', async () => {
    const { FunctionName: own } = await deployVersions(server.lambda, 1);
    expect(await create({ FunctionName: own, InvokeMode: 'RESPONSE_STREAM' })).toMatchObject({
      InvokeMode: 'RESPONSE_STREAM',
    });
  });

  test('refuses a second URL of the function, and of an alias [duplicate]', async () => {
    for (const Qualifier of [undefined, 'live']) {
      const answer = await create({ Qualifier });
      const arn = Qualifier === undefined ? FunctionArn : `${FunctionArn}:live`;
      expect(answer).toMatchObject({ FunctionArn: arn });
      expect(await refused({ Qualifier })).toMatchObject({
        name: 'ResourceConflictException',
        message: `Failed to create function url config for [functionArn = ${arn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
        status: 409,
      });
    }
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

  test.each(['AllowHeaders', 'AllowMethods', 'ExposeHeaders'] as const)(
    'refuses %s that no header could tell a browser [bounds]',
    async (member) => {
      for (const value of ['\u2603', 'a\u0001'])
        expect(await refused({ Cors: { AllowOrigins: ['*'], [member]: [value] } })).toMatchObject({
          name: 'InvalidParameterValueException',
          message: `Cors.${member}: an HTTP header cannot hold ${JSON.stringify(value)}.`,
        });
    },
  );
});

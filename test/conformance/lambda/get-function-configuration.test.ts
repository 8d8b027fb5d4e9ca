import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { changeCode, configurationOf, createAlias, deployVersions } from '../../support/versions.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('GetFunctionConfiguration', () => {
  test('shows the configuration of an active function [answer]', async () => {
    const created = await deploy(server.lambda);
    const { $metadata, ...found } = await server.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: created.FunctionName }),
    );
    expect($metadata.httpStatusCode).toBe(200);
    const { StateReason: _, StateReasonCode: __, $metadata: ___, ...unchanged } = { $metadata, ...created };
    expect(found).toEqual({
      ...unchanged,
      RevisionId: found.RevisionId,
      State: 'Active',
      LastUpdateStatus: 'Successful',
    });
  });

  test('names the qualifier in the ARN when it was asked for [qualified-arn]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const found = await server.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName, Qualifier: '$LATEST' }),
    );
    expect(found.FunctionArn).toBe(`${FunctionArn}:$LATEST`);
  });

  test('shows versions, also through aliases [version] [alias] [qualifier-in-name]', async () => {
    const { FunctionName, FunctionArn } = await deployVersions(server.lambda, 1);
    await createAlias(server.lambda, FunctionName, 'live', '1');
    const version = await configurationOf(server.lambda, FunctionName, '1');
    await changeCode(server.lambda, FunctionName, 'newer');
    expect(version).toMatchObject({ FunctionArn: `${FunctionArn}:1`, Version: '1', State: 'Active' });
    expect(await configurationOf(server.lambda, FunctionName, '1')).toEqual(version);
    const aliased = { ...version, FunctionArn: `${FunctionArn}:live` };
    expect(await configurationOf(server.lambda, FunctionName, 'live')).toEqual(aliased);
    expect(await configurationOf(server.lambda, `${FunctionName}:live`)).toEqual(aliased);
  });

  test('names the version or alias that is not there [missing-version]', async () => {
    const { FunctionName, FunctionArn } = await deployVersions(server.lambda, 1);
    for (const Qualifier of ['2', 'live']) {
      const get = new GetFunctionConfigurationCommand({ FunctionName, Qualifier });
      expect(await refusal(server.lambda.send(get))).toMatchObject({
        name: 'ResourceNotFoundException',
        message: `Function not found: ${FunctionArn}:${Qualifier}`,
        status: 404,
      });
    }
  });

  test('says what is not there [missing-function]', async () => {
    const FunctionName = uniqueName();
    expect(await refusal(server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName })))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`,
      status: 404,
      type: 'User',
    });
  });

  test('refuses two qualifiers that differ, and other Regions [two-qualifiers] [other-region]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const ask = async (name: string, Qualifier: string): ReturnType<typeof refusal> =>
      await refusal(
        server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name, Qualifier })),
      );
    expect(await ask(`${FunctionName}:$LATEST`, '1')).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'The derived qualifier from the function name does not match the specified qualifier.',
    });
    expect(await ask(FunctionArn.replace('us-east-1', 'eu-west-1'), '1')).toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    });
  });
});

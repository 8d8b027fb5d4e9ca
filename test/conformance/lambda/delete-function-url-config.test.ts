import {
  DeleteAliasCommand,
  DeleteFunctionUrlConfigCommand,
  type DeleteFunctionUrlConfigCommandInput,
  ListFunctionUrlConfigsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, type Refusal, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { createUrl } from '../../support/function-urls.ts';
import { createAlias, deployVersions } from '../../support/versions.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(input: DeleteFunctionUrlConfigCommandInput): Promise<Refusal> {
  return await refusal(server.lambda.send(new DeleteFunctionUrlConfigCommand(input)));
}

const MISSING: Refusal = {
  name: 'ResourceNotFoundException',
  message: 'The resource you requested does not exist.',
  status: 404,
  type: 'User',
};

describe('DeleteFunctionUrlConfig', () => {
  test('does not find the URL of a function that has none [missing]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    expect(await refused({ FunctionName })).toEqual(MISSING);
    expect(await refused({ FunctionName: FunctionArn, Qualifier: 'live' })).toEqual(MISSING);
  });

  test("takes the function's own URL and leaves those of aliases [answer, others-stay]", async () => {
    const { FunctionName } = await deployVersions(server.lambda, 1);
    await createAlias(server.lambda, FunctionName, 'live', '1');
    await createUrl(server.lambda, { FunctionName });
    const ofAlias = await createUrl(server.lambda, { FunctionName, Qualifier: 'live' });
    const { $metadata } = await server.lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName }));
    expect($metadata.httpStatusCode).toBe(204);
    expect(await refused({ FunctionName })).toEqual(MISSING);
    const list = await server.lambda.send(new ListFunctionUrlConfigsCommand({ FunctionName }));
    expect(list.FunctionUrlConfigs).toMatchObject([{ FunctionUrl: ofAlias.FunctionUrl }]);
  });

  test('goes with its alias and its function [answer]', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 1);
    await createAlias(server.lambda, FunctionName, 'live', '1');
    await createUrl(server.lambda, { FunctionName, Qualifier: 'live' });
    await server.lambda.send(new DeleteAliasCommand({ FunctionName, Name: 'live' }));
    expect(await refused({ FunctionName, Qualifier: 'live' })).toEqual(MISSING);
  });

  test('says the same of a function that is not there [unknown-function]', async () => {
    expect(await refused({ FunctionName: uniqueName() })).toEqual(MISSING);
  });

  test.each(['$LATEST', '1'])('has no URL for version %s [qualifier]', async (version) => {
    const FunctionName = uniqueName();
    const expected = { name: 'ValidationException', status: 400 };
    expect(await refused({ FunctionName, Qualifier: version })).toMatchObject(expected);
    expect(await refused({ FunctionName: `${FunctionName}:${version}` })).toMatchObject(expected);
  });
});

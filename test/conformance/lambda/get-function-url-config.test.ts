import { GetFunctionUrlConfigCommand, type GetFunctionUrlConfigCommandInput } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, type Refusal, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { createUrl } from '../../support/function-urls.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(input: GetFunctionUrlConfigCommandInput): Promise<Refusal> {
  return await refusal(server.lambda.send(new GetFunctionUrlConfigCommand(input)));
}

const MISSING: Refusal = {
  name: 'ResourceNotFoundException',
  message: 'The resource you requested does not exist.',
  status: 404,
  type: 'User',
};

describe('GetFunctionUrlConfig', () => {
  test('does not find the URL of a function that has none [missing]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    expect(await refused({ FunctionName })).toEqual(MISSING);
    expect(await refused({ FunctionName: FunctionArn, Qualifier: 'live' })).toEqual(MISSING);
  });

  test('shows the URL with its mode and times, in another run of the same words [answer]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const created = await createUrl(server.lambda, { FunctionName });
    const { $metadata: _, ...shown } = await server.lambda.send(
      new GetFunctionUrlConfigCommand({ FunctionName }),
    );
    expect(shown).toStrictEqual({
      ...created,
      InvokeMode: 'BUFFERED',
      LastModifiedTime: created.CreationTime,
    });
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

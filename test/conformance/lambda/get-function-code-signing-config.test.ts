import { GetFunctionCodeSigningConfigCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { createConfig } from './code-signing-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function get(FunctionName: string): Promise<object> {
  const command = new GetFunctionCodeSigningConfigCommand({ FunctionName });
  const { $metadata: _, ...answer } = await server.lambda.send(command);
  return answer;
}

describe('GetFunctionCodeSigningConfig', () => {
  test('shows the configuration the function was created with [attached]', async () => {
    const { CodeSigningConfigArn } = await createConfig(server.lambda);
    const { FunctionName } = await deploy(server.lambda, { CodeSigningConfigArn });
    expect(await get(FunctionName)).toEqual({ CodeSigningConfigArn, FunctionName });
  });

  test('answers with nothing when there is none [none]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    expect(await get(FunctionName)).toEqual({});
  });

  test('says what is not there [missing-function]', async () => {
    const FunctionName = uniqueName();
    expect(await refusal(get(FunctionName))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`,
      status: 404,
    });
  });
});

import { GetFunctionRecursionConfigCommand, PutFunctionRecursionConfigCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function get(FunctionName: string) {
  const { $metadata: _, ...answer } = await server.lambda.send(
    new GetFunctionRecursionConfigCommand({ FunctionName }),
  );
  return answer;
}

describe('GetFunctionRecursionConfig', () => {
  test('shows Terminate until something was set [terminate-by-default] [found]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    expect(await get(FunctionName)).toEqual({ RecursiveLoop: 'Terminate' });
    await server.lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: 'Allow' }));
    expect(await get(FunctionName)).toEqual({ RecursiveLoop: 'Allow' });
  });

  test('needs a function [missing-function]', async () => {
    const name = uniqueName();
    expect(await refusal(get(name))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      status: 404,
      type: 'User',
    });
  });
});

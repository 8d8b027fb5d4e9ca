import { GetFunctionScalingConfigCommand, PublishVersionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { DEFAULT_FUNCTION } from './capacity-provider-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(
  FunctionName: string,
  Qualifier: string,
  more: object = {},
): ReturnType<typeof refusal> {
  const command = new GetFunctionScalingConfigCommand({ FunctionName, Qualifier, ...more });
  return await refusal(server.lambda.send(command));
}

describe('GetFunctionScalingConfig', () => {
  test('is not for functions of the default kind [default-function]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    expect(await refused(FunctionName, '1')).toEqual(DEFAULT_FUNCTION);
  });

  test('says what is not there [missing]', async () => {
    const missing = { name: 'ResourceNotFoundException', status: 404, type: 'User' };
    const arn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    const name = uniqueName();
    expect(await refused(name, '1')).toEqual({ ...missing, message: `Function not found: ${arn(name)}:1` });
    const { FunctionName } = await deploy(server.lambda);
    expect(await refused(FunctionName, '$LATEST.PUBLISHED')).toEqual({
      ...missing,
      message: `Function not found: ${arn(FunctionName)}:$LATEST.PUBLISHED`,
    });
  });
});

import { ListDurableExecutionsByFunctionCommand } from '@aws-sdk/client-lambda';
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

async function list(FunctionName: string, more: object = {}): Promise<object> {
  const command = new ListDurableExecutionsByFunctionCommand({ FunctionName, ...more });
  const { $metadata: _, ...answer } = await server.lambda.send(command);
  return answer;
}

describe('ListDurableExecutionsByFunction', () => {
  test('lists none for a function that had none [none]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    expect(await list(FunctionName)).toEqual({ DurableExecutions: [] });
    const filter = {
      Qualifier: '$LATEST',
      Statuses: ['RUNNING', 'FAILED'],
      StartedAfter: new Date(0),
      StartedBefore: new Date(),
      DurableExecutionName: 'order-1',
      ReverseOrder: true,
      MaxItems: 0,
    };
    expect(await list(FunctionName, filter)).toEqual({ DurableExecutions: [] });
  });

  test('says what is not there [missing]', async () => {
    const missing = { name: 'ResourceNotFoundException', status: 404, type: 'User' };
    const name = uniqueName();
    expect(await refusal(list(name))).toEqual({
      ...missing,
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    });
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    expect(await refusal(list(FunctionName, { Qualifier: '3' }))).toEqual({
      ...missing,
      message: `Function not found: ${FunctionArn}:3`,
    });
  });

  test('refuses statuses and markers that are none [bad-status]', async () => {
    const FunctionName = uniqueName();
    expect(await refusal(list(FunctionName, { Statuses: ['LOST'] }))).toMatchObject({
      name: 'ValidationException',
      status: 400,
    });
    expect(await refusal(list(FunctionName, { Marker: 'guessed' }))).toMatchObject({
      name: 'InvalidParameterValueException',
    });
  });
});

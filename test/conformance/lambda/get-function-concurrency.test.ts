import { GetFunctionConcurrencyCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('GetFunctionConcurrency', () => {
  test('is empty while nothing is reserved [unset]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const { $metadata, ...rest } = await server.lambda.send(
      new GetFunctionConcurrencyCommand({ FunctionName }),
    );
    expect($metadata.httpStatusCode).toBe(200);
    expect(rest).toEqual({});
  });

  test.each([0, 7])('shows a reservation of %i [reserved]', async (ReservedConcurrentExecutions) => {
    const { FunctionName } = await deploy(server.lambda);
    await server.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }),
    );
    const { $metadata: _, ...rest } = await server.lambda.send(
      new GetFunctionConcurrencyCommand({ FunctionName }),
    );
    expect(rest).toEqual({ ReservedConcurrentExecutions });
  });

  test('refuses qualifiers and functions that are not there [qualified] [not-found]', async () => {
    const ask = async (FunctionName: string): Promise<unknown> =>
      await server.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
    expect(await refusal(ask('nobody:1'))).toMatchObject({ name: 'InvalidParameterValueException' });
    expect(await refusal(ask('nobody'))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody:$LATEST',
    });
  });
});

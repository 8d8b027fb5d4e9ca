import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
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

async function remove(FunctionName: string): Promise<number | undefined> {
  const answer = await server.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
  return answer.$metadata.httpStatusCode;
}

describe('DeleteFunctionConcurrency', () => {
  test('lets the function share again, at once [releases]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    await server.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
    );
    expect(await remove(FunctionName)).toBe(204);
    const { $metadata: _, ...rest } = await server.lambda.send(
      new GetFunctionConcurrencyCommand({ FunctionName }),
    );
    expect(rest).toEqual({});
    expect(await server.lambda.send(new GetFunctionCommand({ FunctionName }))).not.toHaveProperty(
      'Concurrency',
    );
    expect((await server.lambda.send(new InvokeCommand({ FunctionName }))).StatusCode).toBe(200);
  });

  test('succeeds when nothing is reserved [idempotent]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    expect(await remove(FunctionName)).toBe(204);
  });

  test('refuses qualifiers and functions that are not there [qualified] [not-found]', async () => {
    expect(await refusal(remove('nobody:live'))).toMatchObject({ name: 'InvalidParameterValueException' });
    expect(await refusal(remove('nobody'))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody:$LATEST',
    });
  });
});

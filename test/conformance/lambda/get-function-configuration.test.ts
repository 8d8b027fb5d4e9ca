import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
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

describe('GetFunctionConfiguration', () => {
  test('shows the configuration of an active function', async () => {
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

  test('names the qualifier in the ARN when it was asked for', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const found = await server.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName, Qualifier: '$LATEST' }),
    );
    expect(found.FunctionArn).toBe(`${FunctionArn}:$LATEST`);
  });

  test('says what is not there', async () => {
    const FunctionName = uniqueName();
    expect(await refusal(server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName })))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`,
      status: 404,
      type: 'User',
    });
  });
});

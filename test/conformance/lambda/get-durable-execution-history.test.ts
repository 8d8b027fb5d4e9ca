import { GetDurableExecutionHistoryCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { EXECUTION_NOT_FOUND, NO_EXECUTION } from './durable-execution-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(more: object = {}): ReturnType<typeof refusal> {
  const command = new GetDurableExecutionHistoryCommand({ DurableExecutionArn: NO_EXECUTION, ...more });
  return await refusal(server.lambda.send(command));
}

describe('GetDurableExecutionHistory', () => {
  test('says what is not there [missing]', async () => {
    expect(await refused()).toEqual(EXECUTION_NOT_FOUND);
    expect(await refused({ MaxItems: 1000, ReverseOrder: true, IncludeExecutionData: true })).toEqual(
      EXECUTION_NOT_FOUND,
    );
  });

  test('refuses pages and markers that are none [bad-max-items]', async () => {
    expect(await refused({ MaxItems: 1001 })).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(await refused({ Marker: 'guessed' })).toMatchObject({ name: 'InvalidParameterValueException' });
  });
});

import { StopDurableExecutionCommand } from '@aws-sdk/client-lambda';
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

describe('StopDurableExecution', () => {
  test('says what is not there [missing]', async () => {
    for (const error of [{}, { Error: { ErrorType: 'Stopped', ErrorMessage: 'enough' } }]) {
      const command = new StopDurableExecutionCommand({ DurableExecutionArn: NO_EXECUTION, ...error });
      expect(await refusal(server.lambda.send(command))).toEqual(EXECUTION_NOT_FOUND);
    }
  });
});

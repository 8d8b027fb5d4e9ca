import { SendDurableExecutionCallbackFailureCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { invalid, NO_TOKEN } from './durable-execution-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('SendDurableExecutionCallbackFailure', () => {
  test('refuses a callback that was not given out [unknown]', async () => {
    const command = new SendDurableExecutionCallbackFailureCommand({
      CallbackId: NO_TOKEN,
      Error: { ErrorType: 'Denied', ErrorMessage: 'no' },
    });
    expect(await refusal(server.lambda.send(command))).toEqual(invalid('Invalid callback id'));
  });
});

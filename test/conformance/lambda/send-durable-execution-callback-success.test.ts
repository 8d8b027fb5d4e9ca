import { SendDurableExecutionCallbackSuccessCommand } from '@aws-sdk/client-lambda';
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

async function refused(CallbackId: string, Result: string): ReturnType<typeof refusal> {
  const command = new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: Buffer.from(Result) });
  return await refusal(server.lambda.send(command));
}

describe('SendDurableExecutionCallbackSuccess', () => {
  test('refuses a callback that was not given out [unknown]', async () => {
    expect(await refused(NO_TOKEN, '{"approved":true}')).toEqual(invalid('Invalid callback id'));
    expect(await refused(NO_TOKEN, '')).toEqual(invalid('Invalid callback id'));
  });

  test('refuses ids and results that are none [malformed] [too-large]', async () => {
    expect(await refused('no base64!', '1')).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(await refused(NO_TOKEN, `"${'x'.repeat(262_143)}"`)).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Member must have length less than or equal to 262144'),
    });
  });
});

import { GetDurableExecutionStateCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { invalid, NO_EXECUTION, NO_TOKEN } from './durable-execution-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(CheckpointToken: string): ReturnType<typeof refusal> {
  const command = new GetDurableExecutionStateCommand({ DurableExecutionArn: NO_EXECUTION, CheckpointToken });
  return await refusal(server.lambda.send(command));
}

describe('GetDurableExecutionState', () => {
  test('refuses a token that was not given out [bad-token]', async () => {
    expect(await refused(NO_TOKEN)).toEqual(invalid('Invalid checkpoint token'));
  });

  test('refuses what can be no token [malformed]', async () => {
    expect(await refused('no base64!')).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(
        "Value 'no base64!' at 'checkpointToken' failed to satisfy constraint",
      ),
    });
  });
});

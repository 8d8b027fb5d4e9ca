import { CheckpointDurableExecutionCommand } from '@aws-sdk/client-lambda';
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

async function refused(Updates: object[]): ReturnType<typeof refusal> {
  const command = new CheckpointDurableExecutionCommand({
    DurableExecutionArn: NO_EXECUTION,
    CheckpointToken: NO_TOKEN,
    Updates: Updates as [],
  });
  return await refusal(server.lambda.send(command));
}

describe('CheckpointDurableExecution', () => {
  test('refuses a token that was not given out [bad-token]', async () => {
    expect(await refused([{ Id: 'step-1', Type: 'STEP', Action: 'START' }])).toEqual(
      invalid('Invalid checkpoint token'),
    );
  });

  test('refuses updates that are none first [bad-update]', async () => {
    const answer = await refused([{ Id: 'step 1', Type: 'LEAP', Action: 'START' }]);
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(answer.message).toMatch(/^2 validation errors detected: /);
    expect(answer.message).toContain("Value 'LEAP' at 'updates.1.member.type'");
  });
});

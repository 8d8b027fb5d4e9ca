import { GetDurableExecutionCommand } from '@aws-sdk/client-lambda';
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

async function refused(DurableExecutionArn: string): ReturnType<typeof refusal> {
  return await refusal(server.lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn })));
}

describe('GetDurableExecution', () => {
  test('says what is not there [missing]', async () => {
    expect(await refused(NO_EXECUTION)).toEqual(EXECUTION_NOT_FOUND);
  });

  test('refuses what is no such ARN [malformed]', async () => {
    const answer = await refused('arn:aws:lambda:us-east-1:000000000000:function:f');
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(answer.message).toContain("at 'durableExecutionArn' failed to satisfy constraint");
  });
});

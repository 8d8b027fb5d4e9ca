import {
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Refusal, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(input: Partial<UpdateEventSourceMappingCommandInput>): Promise<Refusal> {
  const UUID = '6f0a7c1e-0000-4000-8000-000000000000';
  return await refusal(server.lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...input })));
}

const MISSING: Refusal = {
  name: 'ResourceNotFoundException',
  message: 'The resource you requested does not exist.',
  status: 404,
  type: 'User',
};

describe('UpdateEventSourceMapping', () => {
  test('does not find what is not there, whatever is asked of it [missing]', async () => {
    expect(await refused({})).toEqual(MISSING);
    expect(await refused({ UUID: 'not-a-uuid', Enabled: false })).toEqual(MISSING);
    expect(await refused({ BatchSize: 100, FunctionName: uniqueName() })).toEqual(MISSING);
  });

  test('refuses values out of bounds before it looks [bounds]', async () => {
    expect(await refused({ BatchSize: 0, MaximumRetryAttempts: 10_001 })).toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(/^2 validation errors detected: /) as string,
      status: 400,
    });
    expect(await refused({ FunctionName: 'no spaces' })).toMatchObject({ name: 'ValidationException' });
  });
});

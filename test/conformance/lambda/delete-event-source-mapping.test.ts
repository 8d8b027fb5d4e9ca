import { DeleteEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('DeleteEventSourceMapping', () => {
  test.each(['6f0a7c1e-0000-4000-8000-000000000000', 'not-a-uuid', '%2e%2e', 'ü'])(
    'does not find %s [missing]',
    async (UUID) => {
      expect(await refusal(server.lambda.send(new DeleteEventSourceMappingCommand({ UUID })))).toEqual({
        name: 'ResourceNotFoundException',
        message: 'The resource you requested does not exist.',
        status: 404,
        type: 'User',
      });
    },
  );
});

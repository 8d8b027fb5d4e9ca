import { ListFunctionVersionsByCapacityProviderCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { notFound } from './capacity-provider-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('ListFunctionVersionsByCapacityProvider', () => {
  test('says what is not there [missing]', async () => {
    const CapacityProviderName = uniqueName();
    const command = new ListFunctionVersionsByCapacityProviderCommand({ CapacityProviderName });
    expect(await refusal(server.lambda.send(command))).toEqual(notFound(CapacityProviderName));
  });
});

import { DeleteCapacityProviderCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { INVALID, notFound } from './capacity-provider-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(CapacityProviderName: string, more: object = {}): ReturnType<typeof refusal> {
  const command = new DeleteCapacityProviderCommand({ CapacityProviderName, ...more });
  return await refusal(server.lambda.send(command));
}

describe('DeleteCapacityProvider', () => {
  test('says what is not there [missing]', async () => {
    const name = uniqueName();
    expect(await refused(name)).toEqual(notFound(name));
    const arn = `arn:aws:lambda:us-east-1:000000000000:capacity-provider:${name}`;
    expect(await refused(arn)).toEqual(notFound(name));
  });

  test('refuses what can be no name', async () => {
    expect(await refused('not a name')).toEqual(INVALID);
  });
});

import { GetCapacityProviderCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { INVALID, MACHINE, notFound } from './capacity-provider-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(CapacityProviderName: string, more: object = {}): ReturnType<typeof refusal> {
  const command = new GetCapacityProviderCommand({ CapacityProviderName, ...more });
  return await refusal(server.lambda.send(command));
}

describe('GetCapacityProvider', () => {
  test('shows the machine, by name and by ARN [found]', async () => {
    for (const CapacityProviderName of ['machine', MACHINE]) {
      const { CapacityProvider } = await server.lambda.send(
        new GetCapacityProviderCommand({ CapacityProviderName }),
      );
      expect(CapacityProvider).toMatchObject({
        CapacityProviderArn: MACHINE,
        State: 'Active',
        VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
      });
    }
  });

  test('says what is not there [missing]', async () => {
    const name = uniqueName();
    expect(await refused(name)).toEqual(notFound(name));
    const arn = `arn:aws:lambda:us-east-1:000000000000:capacity-provider:${name}`;
    expect(await refused(arn)).toEqual(notFound(name));
  });

  test('refuses what can be no name [malformed]', async () => {
    expect(await refused('not a name')).toEqual(INVALID);
  });
});

import { ListCapacityProvidersCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { INVALID, MACHINE } from './capacity-provider-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function list(input: object = {}): Promise<object> {
  const { $metadata: _, ...answer } = await server.lambda.send(new ListCapacityProvidersCommand(input));
  return answer;
}

describe('ListCapacityProviders', () => {
  test('lists the machine, by its state when one is given [lists]', async () => {
    const { CapacityProviders } = (await list()) as { CapacityProviders: object[] };
    expect(CapacityProviders).toMatchObject([{ CapacityProviderArn: MACHINE, State: 'Active' }]);
    expect(await list({ State: 'Active', MaxItems: 50 })).toEqual({ CapacityProviders });
    expect(await list({ State: 'Pending' })).toEqual({ CapacityProviders: [] });
  });

  test('refuses states and pages that are none [bad-state] [bad-marker]', async () => {
    expect(await refusal(list({ State: 'Gone' }))).toEqual(INVALID);
    expect(await refusal(list({ MaxItems: 51 }))).toEqual(INVALID);
    expect(await refusal(list({ Marker: 'guessed' }))).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
  });
});

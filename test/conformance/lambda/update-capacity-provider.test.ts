import { UpdateCapacityProviderCommand } from '@aws-sdk/client-lambda';
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
  const command = new UpdateCapacityProviderCommand({ CapacityProviderName, ...more });
  return await refusal(server.lambda.send(command));
}

describe('UpdateCapacityProvider', () => {
  test('says what is not there [missing]', async () => {
    const name = uniqueName();
    expect(await refused(name)).toEqual(notFound(name));
    const arn = `arn:aws:lambda:us-east-1:000000000000:capacity-provider:${name}`;
    expect(await refused(arn)).toEqual(notFound(name));
  });

  test('leaves the machine as it is [updated]', async () => {
    const answer = await refused('machine', { CapacityProviderScalingConfig: { MaxVCpuCount: 4 } });
    expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400 });
    expect(answer.message).toMatch(/^UpdateCapacityProvider: .* is not implemented by Lambent yet\.$/);
  });

  test('refuses scaling out of bounds [validation]', async () => {
    const CapacityProviderScalingConfig = { MaxVCpuCount: 15_001, ScalingPolicies: [] };
    const answer = await refused(uniqueName(), { CapacityProviderScalingConfig });
    expect(answer).toEqual(INVALID);
    expect(answer.message).toMatch(/^2 validation errors detected: /);
  });
});

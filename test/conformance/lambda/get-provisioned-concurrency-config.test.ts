import { GetProvisionedConcurrencyConfigCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/lambda-requests.ts';
import { deployVersion, provision } from '../../support/provisioned.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function get(FunctionName: string, Qualifier: string): Promise<unknown> {
  return await server.lambda.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }));
}

describe('GetProvisionedConcurrencyConfig', () => {
  test('shows what is provisioned for exactly this qualifier [configured] [not-configured]', async () => {
    const { FunctionName, FunctionArn } = await deployVersion(server.lambda);
    await provision(server.lambda, FunctionName, 'live', 1);
    for (const name of [FunctionName, FunctionArn, `${FunctionName}:live`]) {
      expect(await get(name, 'live')).toMatchObject({
        RequestedProvisionedConcurrentExecutions: 1,
        Status: 'READY',
      });
    }
    expect(await refusal(get(FunctionName, '1'))).toEqual({
      name: 'ProvisionedConcurrencyConfigNotFoundException',
      message: 'No Provisioned Concurrency Config found for this function',
      status: 404,
      type: 'User',
    });
  });

  test('refuses $LATEST [latest]', async () => {
    const { FunctionName } = await deployVersion(server.lambda);
    expect(await refusal(get(FunctionName, '$LATEST'))).toEqual({
      name: 'InvalidParameterValueException',
      message: 'The function resource provided must be an alias or a published version.',
      status: 400,
      type: 'User',
    });
  });

  test('refuses what is not there [missing-version] [missing-alias]', async () => {
    const { FunctionName, FunctionArn } = await deployVersion(server.lambda);
    expect(await refusal(get(FunctionName, '10'))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: ${FunctionArn}:10`,
    });
    expect(await refusal(get(FunctionName, 'nobody'))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Cannot find alias arn: ${FunctionArn}:nobody`,
    });
  });
});

import {
  DeleteAliasCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetProvisionedConcurrencyConfigCommand,
  ListProvisionedConcurrencyConfigsCommand,
} from '@aws-sdk/client-lambda';
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

async function remove(FunctionName: string, Qualifier: string): Promise<number | undefined> {
  const command = new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier });
  return (await server.lambda.send(command)).$metadata.httpStatusCode;
}

describe('DeleteProvisionedConcurrencyConfig', () => {
  test('ends it, and succeeds again when there is none [deletes] [idempotent]', async () => {
    const { FunctionName } = await deployVersion(server.lambda);
    await provision(server.lambda, FunctionName, 'live', 1);
    expect(await remove(FunctionName, 'live')).toBe(204);
    const get = new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: 'live' });
    expect((await refusal(server.lambda.send(get))).name).toBe(
      'ProvisionedConcurrencyConfigNotFoundException',
    );
    expect(await remove(FunctionName, 'live')).toBe(204);
  });

  test('happens with the alias itself [with-qualifier]', async () => {
    const { FunctionName } = await deployVersion(server.lambda);
    await provision(server.lambda, FunctionName, 'live', 1);
    await server.lambda.send(new DeleteAliasCommand({ FunctionName, Name: 'live' }));
    const list = await server.lambda.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName }));
    expect(list.ProvisionedConcurrencyConfigs).toEqual([]);
  });

  test('refuses $LATEST [latest]', async () => {
    const { FunctionName } = await deployVersion(server.lambda);
    expect(await refusal(remove(FunctionName, '$LATEST'))).toEqual({
      name: 'InvalidParameterValueException',
      message: 'The function resource provided must be an alias or a published version.',
      status: 400,
      type: 'User',
    });
  });

  test('refuses what is not there [missing-version] [missing-alias]', async () => {
    const { FunctionName, FunctionArn } = await deployVersion(server.lambda);
    expect(await refusal(remove(FunctionName, '10'))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: ${FunctionArn}:10`,
    });
    expect(await refusal(remove(FunctionName, 'nobody'))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Cannot find alias arn: ${FunctionArn}:nobody`,
    });
  });
});

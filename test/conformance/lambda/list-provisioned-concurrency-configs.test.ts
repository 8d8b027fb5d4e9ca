import {
  CreateAliasCommand,
  ListProvisionedConcurrencyConfigsCommand,
  type ListProvisionedConcurrencyConfigsCommandInput,
  type ListProvisionedConcurrencyConfigsCommandOutput,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, updated } from '../../support/lambda-requests.ts';
import { deployVersion, provision } from '../../support/provisioned.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function list(
  input: ListProvisionedConcurrencyConfigsCommandInput,
): Promise<ListProvisionedConcurrencyConfigsCommandOutput> {
  return await server.lambda.send(new ListProvisionedConcurrencyConfigsCommand(input));
}

describe('ListProvisionedConcurrencyConfigs', () => {
  test('is empty for a function without [none]', async () => {
    const { FunctionName } = await deployVersion(server.lambda);
    const { $metadata, ...rest } = await list({ FunctionName });
    expect($metadata.httpStatusCode).toBe(200);
    expect(rest).toEqual({ ProvisionedConcurrencyConfigs: [] });
  });

  test('shows those of versions and aliases, page by page [items] [pages]', async () => {
    const { FunctionName, FunctionArn } = await deployVersion(server.lambda);
    await server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 192 }));
    await updated(server.lambda, FunctionName);
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    await server.lambda.send(new CreateAliasCommand({ FunctionName, Name: 'spare', FunctionVersion: '1' }));
    await provision(server.lambda, FunctionName, '2', 2);
    await provision(server.lambda, FunctionName, 'live', 1);
    const { ProvisionedConcurrencyConfigs: all, NextMarker } = await list({ FunctionName });
    expect(NextMarker).toBeUndefined();
    const item = (qualifier: string, units: number): unknown => ({
      FunctionArn: `${FunctionArn}:${qualifier}`,
      RequestedProvisionedConcurrentExecutions: units,
      AvailableProvisionedConcurrentExecutions: units,
      AllocatedProvisionedConcurrentExecutions: units,
      Status: 'READY',
      LastModified: expect.stringMatching(/\+0000$/),
    });
    expect(all).toHaveLength(2);
    expect(all).toEqual(expect.arrayContaining([item('2', 2), item('live', 1)]));
    const first = await list({ FunctionName, MaxItems: 1 });
    const second = await list({ FunctionName, MaxItems: 1, Marker: first.NextMarker });
    expect(second.NextMarker).toBeUndefined();
    expect([first, second].flatMap((page) => page.ProvisionedConcurrencyConfigs)).toEqual(all);
  });

  test('refuses functions that are not there, qualifiers and pages of more than 50 [not-found] [qualified] [constraints]', async () => {
    expect(await refusal(list({ FunctionName: 'nobody' }))).toEqual({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody',
      status: 404,
      type: 'User',
    });
    expect((await refusal(list({ FunctionName: 'nobody:1' }))).name).toBe('InvalidParameterValueException');
    expect((await refusal(list({ FunctionName: 'nobody', MaxItems: 51 }))).name).toBe('ValidationException');
  });
});

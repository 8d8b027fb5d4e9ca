import {
  ListFunctionVersionsByCapacityProviderCommand,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName, updated } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { MACHINE, notFound } from './capacity-provider-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('ListFunctionVersionsByCapacityProvider', () => {
  test('lists the versions that run on the machine, in pages [lists]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda, {
      MemorySize: 2048,
      CapacityProviderConfig: {
        LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: MACHINE },
      },
    });
    for (const Description of ['a', 'b']) {
      await server.lambda.send(new PublishVersionCommand({ FunctionName }));
      await server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description }));
      await updated(server.lambda, FunctionName);
    }
    const page = async (Marker?: string) =>
      await server.lambda.send(
        new ListFunctionVersionsByCapacityProviderCommand({
          CapacityProviderName: 'machine',
          MaxItems: 1,
          Marker,
        }),
      );
    const first = await page();
    const second = await page(first.NextMarker);
    expect([first, second].flatMap(({ FunctionVersions = [] }) => FunctionVersions)).toEqual(
      ['1', '2'].map((version) => ({ FunctionArn: `${FunctionArn}:${version}`, State: 'Active' })),
    );
    expect(second.NextMarker).toBeUndefined();
    expect(second.CapacityProviderArn).toBe(MACHINE);
  });

  test('says what is not there [missing]', async () => {
    const CapacityProviderName = uniqueName();
    const command = new ListFunctionVersionsByCapacityProviderCommand({ CapacityProviderName });
    expect(await refusal(server.lambda.send(command))).toEqual(notFound(CapacityProviderName));
  });
});

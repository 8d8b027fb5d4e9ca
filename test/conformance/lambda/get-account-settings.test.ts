import {
  DeleteFunctionCommand,
  DeleteLayerVersionCommand,
  GetAccountSettingsCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, updated } from '../../support/lambda-requests.ts';
import { clientOf, publishLayer } from '../../support/layers.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('GetAccountSettings', () => {
  test('shows the limits and what is used of them [limits] [usage] [deleted] [isolated]', async () => {
    const lambda = new LambdaClient({
      endpoint: server.endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: '111122223333', secretAccessKey: 'test' },
    });
    const settings = async (): Promise<object> => {
      const { $metadata: _, ...rest } = await lambda.send(new GetAccountSettingsCommand({}));
      return rest;
    };
    const AccountLimit = {
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: 1000,
      UnreservedConcurrentExecutions: 1000,
    };
    expect(await settings()).toEqual({ AccountLimit, AccountUsage: { TotalCodeSize: 0, FunctionCount: 0 } });
    const first = await deploy(lambda);
    const second = await deploy(lambda);
    const TotalCodeSize = (first.CodeSize ?? 0) + (second.CodeSize ?? 0);
    expect(await settings()).toEqual({ AccountLimit, AccountUsage: { TotalCodeSize, FunctionCount: 2 } });
    await lambda.send(new DeleteFunctionCommand({ FunctionName: first.FunctionName }));
    expect(await settings()).toMatchObject({ AccountUsage: { FunctionCount: 1 } });
  });

  test('counts layers as code [layers]', async () => {
    const lambda = clientOf(server, '111122223333', 'eu-west-2');
    const used = async (): Promise<number | undefined> =>
      (await lambda.send(new GetAccountSettingsCommand({}))).AccountUsage?.TotalCodeSize;
    const { LayerArn, Content } = await publishLayer(lambda);
    await publishLayer(lambda, { LayerName: LayerArn });
    expect(await used()).toBe(2 * (Content?.CodeSize ?? 0));
    await lambda.send(new DeleteLayerVersionCommand({ LayerName: LayerArn, VersionNumber: 1 }));
    expect(await used()).toBe(Content?.CodeSize);
  });

  test('counts code, not configurations, and takes reservations from what is shared [configuration-only] [reserved]', async () => {
    const lambda = clientOf(server, '111122223333', 'eu-west-3');
    const { FunctionName, CodeSize } = await deploy(lambda);
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 }));
    await updated(lambda, FunctionName);
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 300 }));
    expect(await lambda.send(new GetAccountSettingsCommand({}))).toMatchObject({
      AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 700 },
      AccountUsage: { TotalCodeSize: CodeSize, FunctionCount: 1 },
    });
  });
});

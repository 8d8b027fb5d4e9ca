import { ListFunctionEventInvokeConfigsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { functionWithAlias, put } from './event-invoke-config-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function list(FunctionName: string, page: { MaxItems?: number; Marker?: string } = {}) {
  const { $metadata: _, ...answer } = await server.lambda.send(
    new ListFunctionEventInvokeConfigsCommand({ FunctionName, ...page }),
  );
  return answer;
}

describe('ListFunctionEventInvokeConfigs', () => {
  test('lists every qualifier, page by page [every-qualifier] [empty] [pages]', async () => {
    const { FunctionName } = await functionWithAlias(server);
    expect(await list(FunctionName)).toEqual({ FunctionEventInvokeConfigs: [] });
    const configs = [
      await put(server, { FunctionName, MaximumRetryAttempts: 0 }),
      await put(server, { FunctionName, Qualifier: '1', MaximumRetryAttempts: 1 }),
      await put(server, { FunctionName, Qualifier: 'live', MaximumRetryAttempts: 2 }),
    ];
    expect(await list(FunctionName)).toEqual({ FunctionEventInvokeConfigs: expect.arrayContaining(configs) });
    const first = await list(FunctionName, { MaxItems: 2 });
    expect(first.FunctionEventInvokeConfigs).toHaveLength(2);
    const second = await list(FunctionName, { MaxItems: 2, Marker: first.NextMarker ?? '' });
    expect(second.FunctionEventInvokeConfigs).toHaveLength(1);
    expect(second).not.toHaveProperty('NextMarker');
    const paged = [first, second].flatMap((page) => page.FunctionEventInvokeConfigs ?? []);
    expect(new Set(paged.map((config) => config.FunctionArn))).toEqual(
      new Set(configs.map((config) => config.FunctionArn)),
    );
  });

  test('refuses what it cannot list [missing-function] [out-of-range] [bad-marker]', async () => {
    expect(await refusal(list(uniqueName()))).toEqual({
      name: 'ResourceNotFoundException',
      message: "The function doesn't exist.",
      status: 404,
      type: 'User',
    });
    const { FunctionName } = await functionWithAlias(server);
    for (const MaxItems of [0, 51]) {
      expect(await refusal(list(FunctionName, { MaxItems }))).toMatchObject({ name: 'ValidationException' });
    }
    expect(await refusal(list(FunctionName, { Marker: 'nonsense' }))).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
  });
});

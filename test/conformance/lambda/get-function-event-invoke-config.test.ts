import { GetFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { type ConfiguredFunction, functionWithAlias, put } from './event-invoke-config-fixtures.ts';

let server: TestServer;
let source: ConfiguredFunction;

beforeAll(async () => {
  server = await startServer();
  source = await functionWithAlias(server);
});

afterAll(async () => {
  await server.stop();
});

async function get(FunctionName: string, Qualifier?: string) {
  const { $metadata: _, ...config } = await server.lambda.send(
    new GetFunctionEventInvokeConfigCommand({ FunctionName, Qualifier }),
  );
  return config;
}

describe('GetFunctionEventInvokeConfig', () => {
  test('shows what was set, per qualifier [found] [per-qualifier]', async () => {
    const { FunctionName, FunctionArn } = source;
    const latest = await put(server, { FunctionName, MaximumRetryAttempts: 2 });
    expect(await get(FunctionName)).toEqual(latest);
    expect(await get(FunctionArn, '$LATEST')).toEqual(latest);
    expect(await refusal(get(FunctionName, 'live'))).toMatchObject({ status: 404 });
    const live = await put(server, { FunctionName, Qualifier: 'live', MaximumEventAgeInSeconds: 90 });
    expect(await get(`${FunctionArn}:live`)).toEqual(live);
    expect(live).not.toHaveProperty('MaximumRetryAttempts');
  });

  test('says that there is none [no-config]', async () => {
    const { FunctionName, FunctionArn } = source;
    const missing = { name: 'ResourceNotFoundException', status: 404, type: 'User' };
    expect(await refusal(get(FunctionName, '1'))).toEqual({
      ...missing,
      message: `The function ${FunctionArn}:1 doesn't have an EventInvokeConfig`,
    });
    const name = uniqueName();
    expect(await refusal(get(name))).toEqual({
      ...missing,
      message: `The function arn:aws:lambda:us-east-1:000000000000:function:${name}:$LATEST doesn't have an EventInvokeConfig`,
    });
  });
});

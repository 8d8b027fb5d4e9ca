import {
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventCounts, recordedRuns, sendEvent } from '../../support/async-events.ts';
import { eventually } from '../../support/functions.ts';
import { refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { deployRecorder, functionWithAlias, put } from './event-invoke-config-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function remove(FunctionName: string, Qualifier?: string): Promise<number | undefined> {
  const answer = await server.lambda.send(
    new DeleteFunctionEventInvokeConfigCommand({ FunctionName, Qualifier }),
  );
  return answer.$metadata.httpStatusCode;
}

describe('DeleteFunctionEventInvokeConfig', () => {
  test('deletes one configuration and no other [deleted] [other-qualifiers] [no-config]', async () => {
    const { FunctionName, FunctionArn } = await functionWithAlias(server);
    await put(server, { FunctionName, MaximumRetryAttempts: 1 });
    await put(server, { FunctionName, Qualifier: 'live', MaximumRetryAttempts: 1 });
    expect(await remove(FunctionName)).toBe(204);
    expect(await refusal(remove(FunctionName))).toEqual({
      name: 'ResourceNotFoundException',
      message: `The function ${FunctionArn}:$LATEST doesn't have an EventInvokeConfig`,
      status: 404,
      type: 'User',
    });
    const kept = await server.lambda.send(
      new GetFunctionEventInvokeConfigCommand({ FunctionName, Qualifier: 'live' }),
    );
    expect(kept.MaximumRetryAttempts).toBe(1);
    expect(await remove(FunctionName, 'live')).toBe(204);
  });

  test('brings the defaults back [defaults-again]', async () => {
    const { FunctionName } = await deployRecorder(server);
    await put(server, { FunctionName, MaximumRetryAttempts: 0 });
    await remove(FunctionName);
    await sendEvent(server.lambda, FunctionName, { fail: true });
    await eventually(
      async () => await recordedRuns(server, FunctionName),
      (runs) => runs.length === 1,
    );
    const counts = await eventually(
      async () => await eventCounts(server),
      ({ inHand }) => inHand === 0,
    );
    // Not given up: it waits for its retry.
    expect(counts['failed']).toBe(0);
  });
});

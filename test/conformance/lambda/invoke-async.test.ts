import { InvokeAsyncCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordedRuns } from '../../support/async-events.ts';
import { eventually } from '../../support/functions.ts';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { deployRecorder } from './event-invoke-config-fixtures.ts';

let server: TestServer;
let FunctionName: string;

beforeAll(async () => {
  server = await startServer();
  ({ FunctionName } = await deployRecorder(server));
});

afterAll(async () => {
  await server.stop();
});

async function invokeAsync(InvokeArgs: string, name = FunctionName) {
  return await server.lambda.send(new InvokeAsyncCommand({ FunctionName: name, InvokeArgs }));
}

describe('InvokeAsync', () => {
  test('answers 202 and runs the function [accepted]', async () => {
    const { Status, $metadata } = await invokeAsync('{"n":1}');
    expect(Status).toBe(202);
    const [run] = await eventually(
      async () => await recordedRuns(server, FunctionName),
      (runs) => runs.length === 1,
    );
    expect(run).toEqual({ event: { n: 1 }, id: $metadata.requestId });
  });

  test('refuses arguments that are no JSON [invalid-json]', async () => {
    expect(await refusal(invokeAsync('{'))).toMatchObject({
      name: 'InvalidRequestContentException',
      status: 400,
    });
  });

  test('refuses a function that is not there [missing-function]', async () => {
    expect(await refusal(invokeAsync('{}', uniqueName()))).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
    });
  });

  test('takes 1 MB and no more [too-large]', async () => {
    const largest = `"${'x'.repeat(1_048_576 - 2)}"`;
    expect((await invokeAsync(largest)).Status).toBe(202);
    expect(await refusal(invokeAsync(`${largest} `))).toMatchObject({
      name: 'RequestTooLargeException',
      message: 'Request must be smaller than 1048576 bytes for the InvokeAsync operation',
      status: 413,
    });
  });
});

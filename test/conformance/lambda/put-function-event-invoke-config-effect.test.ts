import type { PutFunctionEventInvokeConfigCommandInput } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { recordedRuns, sendEvent } from '../../support/async-events.ts';
import { eventually } from '../../support/functions.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { type ConfiguredFunction, deployRecorder, put } from './event-invoke-config-fixtures.ts';

let server: TestServer;
let source: ConfiguredFunction;
let destination: ConfiguredFunction;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  source = await deployRecorder(server);
  destination = await deployRecorder(server);
});

/** Sends one event. @returns its request id and the record that the destination got */
async function recordOf(
  event: unknown,
  input: Omit<PutFunctionEventInvokeConfigCommandInput, 'FunctionName'>,
) {
  await put(server, { FunctionName: source.FunctionName, ...input });
  const requestId = await sendEvent(server.lambda, source.FunctionName, event);
  const [run] = await eventually(
    async () => await recordedRuns(server, destination.FunctionName),
    (runs) => runs.length > 0,
  );
  return { requestId, record: run?.event };
}

describe('PutFunctionEventInvokeConfig, in effect', () => {
  test('a success goes to its destination [success-record]', async () => {
    const { requestId, record } = await recordOf(
      { n: 1 },
      { DestinationConfig: { OnSuccess: { Destination: destination.FunctionArn } } },
    );
    expect(record).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      requestContext: {
        requestId,
        functionArn: `${source.FunctionArn}:$LATEST`,
        condition: 'Success',
        approximateInvokeCount: 1,
      },
      requestPayload: { n: 1 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST' },
      responsePayload: { seen: { n: 1 } },
    });
  });

  test('without retries the first failure is the last [retry-attempts] [failure-record]', async () => {
    const { requestId, record } = await recordOf(
      { fail: true },
      {
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: destination.FunctionArn } },
      },
    );
    expect(record).toMatchObject({
      requestContext: {
        requestId,
        functionArn: `${source.FunctionArn}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 1,
      },
      requestPayload: { fail: true },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'as asked' },
    });
  });

  test('an event that would be a minute old at its retry is given up [event-age]', async () => {
    const { record } = await recordOf(
      { fail: true },
      {
        MaximumEventAgeInSeconds: 60,
        DestinationConfig: { OnFailure: { Destination: destination.FunctionArn } },
      },
    );
    expect(record).toMatchObject({
      requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 1 },
    });
  });
});

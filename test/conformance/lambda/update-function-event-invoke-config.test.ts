import {
  type FunctionEventInvokeConfig,
  UpdateFunctionEventInvokeConfigCommand,
  type UpdateFunctionEventInvokeConfigCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import {
  type ConfiguredFunction,
  functionWithAlias,
  NO_DESTINATIONS,
  put,
} from './event-invoke-config-fixtures.ts';

let server: TestServer;
let source: ConfiguredFunction;
let destination: ConfiguredFunction;
let before: FunctionEventInvokeConfig;

beforeAll(async () => {
  server = await startServer();
  source = await functionWithAlias(server);
  destination = await deploy(server.lambda);
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  before = await put(server, {
    FunctionName: source.FunctionName,
    MaximumRetryAttempts: 1,
    DestinationConfig: { OnFailure: { Destination: destination.FunctionArn } },
  });
});

async function update(input: Partial<UpdateFunctionEventInvokeConfigCommandInput>) {
  const { $metadata: _, ...config } = await server.lambda.send(
    new UpdateFunctionEventInvokeConfigCommand({ FunctionName: source.FunctionName, ...input }),
  );
  return config;
}

describe('UpdateFunctionEventInvokeConfig', () => {
  test('changes what is named and keeps the rest [merges] [last-modified]', async () => {
    const after = await update({ MaximumEventAgeInSeconds: 120 });
    expect(after).toEqual({
      ...before,
      MaximumEventAgeInSeconds: 120,
      LastModified: expect.any(Date),
    });
    expect(after.LastModified?.getTime()).toBeGreaterThanOrEqual(before.LastModified?.getTime() ?? Infinity);
    expect(await update({ MaximumRetryAttempts: 0 })).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 120,
      DestinationConfig: before.DestinationConfig,
    });
  });

  test('takes a destination away [clears-destination]', async () => {
    const after = await update({ DestinationConfig: { OnFailure: { Destination: '' } } });
    expect(after.DestinationConfig).toEqual(NO_DESTINATIONS);
    expect(after.MaximumRetryAttempts).toBe(1);
  });

  test('refuses to change nothing [nothing-given]', async () => {
    expect(await refusal(update({}))).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'You must specify at least one of error handling or destination setting.',
    });
  });

  test('needs a configuration to change [no-config]', async () => {
    expect(await refusal(update({ Qualifier: 'live', MaximumRetryAttempts: 1 }))).toEqual({
      name: 'ResourceNotFoundException',
      message: `The function ${source.FunctionArn}:live doesn't have an EventInvokeConfig`,
      status: 404,
      type: 'User',
    });
  });

  test.each([{ FunctionName: uniqueName() }, { Qualifier: 'nowhere' }])(
    'needs the function: %j [missing-function]',
    async (input) => {
      expect(await refusal(update({ MaximumRetryAttempts: 1, ...input }))).toMatchObject({
        name: 'ResourceNotFoundException',
        message: "The function doesn't exist.",
      });
    },
  );

  test('checks what is given [same-rules]', async () => {
    const itself = { OnSuccess: { Destination: source.FunctionArn } };
    expect(await refusal(update({ DestinationConfig: itself }))).toMatchObject({
      message: "You can't specify the function as a destination for itself.",
    });
    expect(await refusal(update({ MaximumRetryAttempts: -1 }))).toMatchObject({
      name: 'ValidationException',
    });
  });
});

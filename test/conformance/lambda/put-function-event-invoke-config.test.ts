import {
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetFunctionEventInvokeConfigCommand,
  type PutFunctionEventInvokeConfigCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

beforeAll(async () => {
  server = await startServer();
  source = await functionWithAlias(server);
  destination = await functionWithAlias(server);
});

afterAll(async () => {
  await server.stop();
});

async function refused(input: Omit<PutFunctionEventInvokeConfigCommandInput, 'FunctionName'>) {
  return await refusal(put(server, { FunctionName: source.FunctionName, ...input }));
}

const towards = (arn: string) => ({ DestinationConfig: { OnFailure: { Destination: arn } } });

describe('PutFunctionEventInvokeConfig', () => {
  test('answers with what was set, for $LATEST [set-values] [latest-by-default] [empty-destinations]', async () => {
    const { FunctionName, FunctionArn } = source;
    const earliest = Math.floor(Date.now() / 1000) * 1000;
    const config = await put(server, { FunctionName, MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    expect(config).toEqual({
      FunctionArn: `${FunctionArn}:$LATEST`,
      LastModified: expect.any(Date),
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: NO_DESTINATIONS,
    });
    expect(config.LastModified?.getTime()).toBeGreaterThanOrEqual(earliest);
  });

  test('replaces everything there was [replaces] [only-what-was-set]', async () => {
    const { FunctionName, FunctionArn } = source;
    await put(server, { FunctionName, MaximumRetryAttempts: 1, ...towards(destination.FunctionArn) });
    expect(await put(server, { FunctionName, MaximumEventAgeInSeconds: 21_600 })).toEqual({
      FunctionArn: `${FunctionArn}:$LATEST`,
      LastModified: expect.any(Date),
      MaximumEventAgeInSeconds: 21_600,
      DestinationConfig: NO_DESTINATIONS,
    });
  });

  test.each(['1', 'live'])('is per qualifier: %s [per-qualifier]', async (Qualifier) => {
    const { FunctionName, FunctionArn } = source;
    const config = await put(server, { FunctionName, Qualifier, MaximumRetryAttempts: 2 });
    expect(config.FunctionArn).toBe(`${FunctionArn}:${Qualifier}`);
    const named = await put(server, { FunctionName: `${FunctionArn}:${Qualifier}`, MaximumRetryAttempts: 1 });
    expect(named).toMatchObject({ FunctionArn: `${FunctionArn}:${Qualifier}`, MaximumRetryAttempts: 1 });
  });

  test('takes functions as destinations [lambda-destination]', async () => {
    const { FunctionName } = source;
    const DestinationConfig = {
      OnSuccess: { Destination: destination.FunctionArn },
      OnFailure: { Destination: `${destination.FunctionArn}:live` },
    };
    expect(await put(server, { FunctionName, DestinationConfig })).toMatchObject({ DestinationConfig });
    // An empty destination is none.
    const cleared = await put(server, {
      FunctionName,
      DestinationConfig: {
        OnSuccess: { Destination: destination.FunctionArn },
        OnFailure: { Destination: '' },
      },
    });
    expect(cleared.DestinationConfig).toEqual({
      OnSuccess: { Destination: destination.FunctionArn },
      OnFailure: {},
    });
  });

  test.each([{}, { DestinationConfig: {} }])(
    'refuses %j, which sets nothing [nothing-given]',
    async (input) => {
      expect(await refused(input)).toEqual({
        name: 'InvalidParameterValueException',
        message: 'You must specify at least one of error handling or destination setting.',
        status: 400,
        type: 'User',
      });
    },
  );

  test.each([{ Qualifier: '7' }, { Qualifier: 'nowhere' }, { FunctionName: uniqueName() }])(
    'needs what it configures: %j [missing-function]',
    async (input) => {
      const request = put(server, { FunctionName: source.FunctionName, MaximumRetryAttempts: 1, ...input });
      expect(await refusal(request)).toEqual({
        name: 'ResourceNotFoundException',
        message: "The function doesn't exist.",
        status: 404,
        type: 'User',
      });
    },
  );

  test('keeps numbers within bounds [out-of-range]', async () => {
    const answer = await refused({ MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 59 });
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(answer.message).toMatch(/^2 validation errors detected: /);
    expect(answer.message).toContain(
      "Value '3' at 'maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or equal to 2",
    );
    expect(answer.message).toContain(
      "Value '59' at 'maximumEventAgeInSeconds' failed to satisfy constraint: Member must have value greater than or equal to 60",
    );
    expect(await refused({ MaximumEventAgeInSeconds: 21_601 })).toMatchObject({
      name: 'ValidationException',
    });
  });

  test('refuses the function itself [self-destination]', async () => {
    for (const arn of [source.FunctionArn, `${source.FunctionArn}:live`]) {
      expect(await refused(towards(arn))).toMatchObject({
        name: 'InvalidParameterValueException',
        message: "You can't specify the function as a destination for itself.",
      });
    }
  });

  test('refuses functions it cannot reach [missing-destination]', async () => {
    const name = destination.FunctionName;
    for (const arn of [
      `arn:aws:lambda:us-east-1:000000000000:function:${uniqueName()}`,
      `arn:aws:lambda:eu-west-1:000000000000:function:${name}`,
      `arn:aws:lambda:us-east-1:111111111111:function:${name}`,
      `arn:aws:lambda:us-east-1:000000000000:function:${name}:nowhere`,
      'arn:aws:lambda:us-east-1:000000000000:layer:some:1',
    ]) {
      expect(await refused(towards(arn))).toMatchObject({
        name: 'InvalidParameterValueException',
        message: `The destination ARN ${arn} is invalid.`,
      });
    }
  });

  test('refuses services that take no records [wrong-service] [s3-on-failure-only]', async () => {
    const iam = 'arn:aws:iam::000000000000:role/some';
    const s3 = 'arn:aws:s3:::some-bucket';
    expect(await refused({ DestinationConfig: { OnSuccess: { Destination: iam } } })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: `The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=${iam}), onFailure=null) is invalid.`,
    });
    const both = { OnSuccess: { Destination: s3 }, OnFailure: { Destination: s3 } };
    expect(await refused({ DestinationConfig: both })).toMatchObject({
      message: `The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=${s3}), onFailure=OnFailure(destination=${s3})) is invalid.`,
    });
    expect(await refused(towards('kafka://topic'))).toMatchObject({
      message:
        'The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=kafka://topic)) is invalid.',
    });
  });

  test('refuses what is no ARN [malformed-destination]', async () => {
    expect(await refused(towards('somewhere'))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("Value 'somewhere' at 'destinationConfig.onFailure.destination'"),
    });
  });

  test.each([
    'arn:aws:sqs:us-east-1:000000000000:no-such-queue',
    'arn:aws:sns:us-east-1:000000000000:no-such-topic',
    'arn:aws:events:us-east-1:000000000000:event-bus/no-such-bus',
    'arn:aws:s3:::no-such-bucket',
  ])('refuses what is not there: %s [missing-destination]', async (arn) => {
    expect(await refused({ MaximumRetryAttempts: 1, ...towards(arn) })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: `The destination ARN ${arn} is invalid.`,
    });
  });

  test('a configuration goes with what it belongs to [gone-with-function]', async () => {
    const { FunctionName } = await functionWithAlias(server);
    const missing = async (Qualifier?: string) =>
      await refusal(server.lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName, Qualifier })));
    await put(server, { FunctionName, Qualifier: 'live', MaximumRetryAttempts: 1 });
    await put(server, { FunctionName, MaximumRetryAttempts: 1 });
    await server.lambda.send(new DeleteAliasCommand({ FunctionName, Name: 'live' }));
    expect((await missing('live')).name).toBe('ResourceNotFoundException');
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    await deploy(server.lambda, { FunctionName });
    expect((await missing()).name).toBe('ResourceNotFoundException');
  });
});

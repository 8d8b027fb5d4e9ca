import {
  type FunctionScalingConfig,
  GetFunctionConfigurationCommand,
  GetFunctionScalingConfigCommand,
  InvokeCommand,
  PublishVersionCommand,
  PutFunctionScalingConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock } from '../../support/async-events.ts';
import { environmentsOf } from '../../support/environments.ts';
import { eventually } from '../../support/functions.ts';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';
import { DEFAULT_FUNCTION, INVALID, ON_MACHINE } from './capacity-provider-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(
  FunctionName: string,
  Qualifier: string,
  more: object = {},
): ReturnType<typeof refusal> {
  const command = new PutFunctionScalingConfigCommand({ FunctionName, Qualifier, ...more });
  return await refusal(server.lambda.send(command));
}

const WAITING = `
exports.handler = async ({ ms }) => await new Promise((resolve) => setTimeout(resolve, ms));`;

async function onMachine(): Promise<string> {
  const Code = { ZipFile: await zipOf({ 'index.js': WAITING }) };
  const { FunctionName } = await deploy(server.lambda, {
    ...ON_MACHINE,
    Runtime: 'nodejs24.x',
    Timeout: 60,
    Code,
  });
  await server.lambda.send(new PublishVersionCommand({ FunctionName }));
  return FunctionName;
}

async function call(FunctionName: string, event: object) {
  const Payload = JSON.stringify(event);
  return await server.lambda.send(new InvokeCommand({ FunctionName, Qualifier: '1', Payload }));
}

describe('PutFunctionScalingConfig', () => {
  test('is not for functions of the default kind [default-function]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    expect(await refused(FunctionName, '1')).toEqual(DEFAULT_FUNCTION);
  });

  test('says what is not there [missing]', async () => {
    const missing = { name: 'ResourceNotFoundException', status: 404, type: 'User' };
    const arn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    const name = uniqueName();
    expect(await refused(name, '1')).toEqual({ ...missing, message: `Function not found: ${arn(name)}:1` });
    const { FunctionName } = await deploy(server.lambda);
    expect(await refused(FunctionName, '$LATEST.PUBLISHED')).toEqual({
      ...missing,
      message: `Function not found: ${arn(FunctionName)}:$LATEST.PUBLISHED`,
    });
  });

  test('keeps as many environments as asked for, and starts no more [accepted] [ceiling] [GetFunctionScalingConfig.found]', async () => {
    const FunctionName = await onMachine();
    const qualified = { FunctionName, Qualifier: '1' };
    const environments = async (): Promise<number> =>
      (await environmentsOf(server, FunctionName)).filter(({ state }) => state !== 'starting').length;
    const put = async (FunctionScalingConfig: FunctionScalingConfig) =>
      await server.lambda.send(new PutFunctionScalingConfigCommand({ ...qualified, FunctionScalingConfig }));
    const get = async () => {
      const { $metadata: _, ...found } = await server.lambda.send(
        new GetFunctionScalingConfigCommand(qualified),
      );
      return found;
    };
    const arn = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}:1`;
    expect(await get()).toEqual({ FunctionArn: arn });

    const asked = { MinExecutionEnvironments: 2, MaxExecutionEnvironments: 2 };
    expect(await put(asked)).toMatchObject({ FunctionState: 'Active', $metadata: { httpStatusCode: 202 } });
    expect(await get()).toEqual({
      FunctionArn: arn,
      RequestedFunctionScalingConfig: asked,
      AppliedFunctionScalingConfig: asked,
    });
    await eventually(environments, (count) => count === 2);

    // Both environments have two places.
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, async () =>
        call(FunctionName, { ms: 4000 }).then(
          ({ FunctionError = 'none' }) => FunctionError,
          (error: Error) => error.name,
        ),
      ),
    );
    const throttled = outcomes.filter((outcome) => outcome === 'TooManyRequestsException');
    expect([outcomes.filter((outcome) => outcome === 'none').length, throttled.length]).toEqual([4, 2]);

    await advanceClock(server, 3 * 3_600_000);
    expect(await environments()).toBe(2);
    await put({});
    expect(await get()).toEqual({ FunctionArn: arn });
    await advanceClock(server, 3 * 3_600_000);
    await eventually(environments, (count) => count === 0);
  });

  test('deactivates a version that may have none, until it may have some again [deactivates]', async () => {
    const FunctionName = await onMachine();
    expect((await call(FunctionName, {})).StatusCode).toBe(200);
    const put = async (FunctionScalingConfig: FunctionScalingConfig) =>
      await server.lambda.send(
        new PutFunctionScalingConfigCommand({ FunctionName, Qualifier: '1', FunctionScalingConfig }),
      );
    const off = { MinExecutionEnvironments: 0, MaxExecutionEnvironments: 0 };
    expect((await put(off)).FunctionState).toBe('Deactivated');
    const shown = new GetFunctionConfigurationCommand({ FunctionName, Qualifier: '1' });
    expect(await server.lambda.send(shown)).toMatchObject({ State: 'Deactivated' });
    expect(await refusal(call(FunctionName, {}))).toMatchObject({
      name: 'ResourceConflictException',
      message: expect.stringContaining('in the following state: Deactivated'),
    });
    await eventually(
      async () => await environmentsOf(server, FunctionName),
      ({ length }) => length === 0,
    );
    expect((await put({ MinExecutionEnvironments: 1 })).FunctionState).toBe('Active');
    await eventually(
      async () => await environmentsOf(server, FunctionName),
      ({ length }) => length === 1,
    );
    expect((await call(FunctionName, {})).StatusCode).toBe(200);
  });

  test('refuses a minimum above the maximum [min-above-max]', async () => {
    const FunctionScalingConfig = { MinExecutionEnvironments: 4, MaxExecutionEnvironments: 3 };
    expect(await refused(uniqueName(), '1', { FunctionScalingConfig })).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
  });

  test('refuses bounds and qualifiers that are none [bad-qualifier]', async () => {
    expect(await refused(uniqueName(), '$LATEST')).toEqual(INVALID);
    const FunctionScalingConfig = { MaxExecutionEnvironments: 15_001 };
    expect(await refused(uniqueName(), '1', { FunctionScalingConfig })).toEqual(INVALID);
  });
});

import {
  CreateAliasCommand,
  GetFunctionConfigurationCommand,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, untilUpdated } from '../../support/functions.ts';
import { refusal } from '../../support/lambda-requests.ts';
import { hasPython, publishSnapshot, SNAP_START, SNAP_STARTED } from '../../support/snap-start.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const FILES = { 'app.py': SNAP_STARTED };
const INVALID = { name: 'InvalidParameterValueException', status: 400, type: 'User' };

describe.skipIf(!hasPython)('SnapStart', () => {
  test('a version is Pending until it is initialised; $LATEST only says what versions shall have [CreateFunction.snap-start] [PublishVersion.snap-start]', async () => {
    const FunctionName = 'states';
    await deploy(server.lambda, FunctionName, FILES, SNAP_START);
    const get = new GetFunctionConfigurationCommand({ FunctionName });
    expect(await server.lambda.send(get)).toMatchObject({
      State: 'Active',
      SnapStart: { ApplyOn: 'PublishedVersions', OptimizationStatus: 'Off' },
    });
    expect(await server.lambda.send(new PublishVersionCommand({ FunctionName }))).toMatchObject({
      Version: '1',
      State: 'Pending',
      StateReason: 'The function is being created.',
      StateReasonCode: 'Creating',
      SnapStart: { ApplyOn: 'PublishedVersions', OptimizationStatus: 'On' },
    });
    expect(await publishSnapshot(server.lambda, FunctionName)).toMatchObject({
      Version: '1',
      State: 'Active',
      LastUpdateStatus: 'Successful',
      SnapStart: { ApplyOn: 'PublishedVersions', OptimizationStatus: 'On' },
    });
  });

  test('is what an update says, and stays when it says nothing', async () => {
    const FunctionName = 'updated';
    await deploy(server.lambda, FunctionName, FILES, { ...SNAP_START, SnapStart: undefined });
    const settings = [
      [{ SnapStart: { ApplyOn: 'PublishedVersions' } }, 'PublishedVersions'],
      [{ Timeout: 9 }, 'PublishedVersions'],
      [{ SnapStart: { ApplyOn: 'None' } }, 'None'],
    ] as const;
    for (const [change, ApplyOn] of settings) {
      await server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...change }));
      await untilUpdated(server.lambda, FunctionName);
      const { SnapStart } = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      expect(SnapStart).toEqual({ ApplyOn, OptimizationStatus: 'Off' });
    }
    expect(await server.lambda.send(new PublishVersionCommand({ FunctionName }))).toMatchObject({
      State: 'Active',
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    });
  });

  test('is refused with what it does not go with [CreateFunction.snap-start-storage]', async () => {
    const FunctionName = 'refused';
    const large = { ...SNAP_START, EphemeralStorage: { Size: 513 } };
    expect(await refusal(deploy(server.lambda, FunctionName, FILES, large))).toEqual({
      ...INVALID,
      message: 'Ephemeral storage greater than 512 MB is not supported for SnapStart enabled functions.',
    });
    await deploy(server.lambda, FunctionName, FILES, SNAP_START);
    for (const [change, message] of [
      [{ Runtime: 'python3.11' }, 'python3.11 is not supported for SnapStart enabled functions.'],
      [{ EphemeralStorage: { Size: 1024 } }, 'Ephemeral storage greater than 512 MB is not'],
    ] as const) {
      const command = new UpdateFunctionConfigurationCommand({ FunctionName, ...change });
      expect(await refusal(server.lambda.send(command))).toMatchObject({
        ...INVALID,
        message: expect.stringContaining(message),
      });
    }
  });

  test('does not go with provisioned concurrency, of the version or of an alias that comes to it', async () => {
    const FunctionName = 'provisioned';
    await deploy(server.lambda, FunctionName, FILES, { ...SNAP_START, SnapStart: undefined });
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    const change = { FunctionName, SnapStart: SNAP_START.SnapStart };
    await server.lambda.send(new UpdateFunctionConfigurationCommand(change));
    await untilUpdated(server.lambda, FunctionName);
    await publishSnapshot(server.lambda, FunctionName);
    const refusedWith = {
      ...INVALID,
      message: 'Provisioned concurrency is not supported for SnapStart enabled functions.',
    };
    const units = { FunctionName, ProvisionedConcurrentExecutions: 1 };
    const ofVersion = new PutProvisionedConcurrencyConfigCommand({ ...units, Qualifier: '2' });
    expect(await refusal(server.lambda.send(ofVersion))).toEqual(refusedWith);
    const alias = { FunctionName, Name: 'live' };
    await server.lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '2' }));
    const ofAlias = new PutProvisionedConcurrencyConfigCommand({ ...units, Qualifier: 'live' });
    expect(await refusal(server.lambda.send(ofAlias))).toEqual(refusedWith);
    await server.lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '1' }));
    await server.lambda.send(ofAlias);
    const back = new UpdateAliasCommand({ ...alias, FunctionVersion: '2' });
    expect(await refusal(server.lambda.send(back))).toEqual(refusedWith);
  });
});

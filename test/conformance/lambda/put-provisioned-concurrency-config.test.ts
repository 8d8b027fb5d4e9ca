import {
  CreateAliasCommand,
  GetAccountSettingsCommand,
  InvokeCommand,
  LambdaClient,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  type PutProvisionedConcurrencyConfigCommandOutput,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, updated } from '../../support/lambda-requests.ts';
import { together, UNTIL_OPEN } from '../../support/overlap.ts';
import { deployVersion, provision, untilProvisioned } from '../../support/provisioned.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';
import { filteredMessages } from '../logs/log-fixtures.ts';

let server: TestServer;
let lambda: LambdaClient;

beforeAll(async () => {
  server = await startServer();
  ({ lambda } = server);
});

afterAll(async () => {
  await server.stop();
});

async function put(
  FunctionName: string,
  Qualifier: string,
  units: number,
  client = lambda,
): Promise<PutProvisionedConcurrencyConfigCommandOutput> {
  return await client.send(
    new PutProvisionedConcurrencyConfigCommand({
      FunctionName,
      Qualifier,
      ProvisionedConcurrentExecutions: units,
    }),
  );
}

/** Initialises on demand only. */
const BROKEN = `
if (process.env.AWS_LAMBDA_INITIALIZATION_TYPE !== 'on-demand') throw new Error('not today');
exports.handler = async () => 'today';`;

const TYPE_TELLER = `${UNTIL_OPEN}
exports.handler = async ({ gate }, { invokedFunctionArn }) => {
  await untilOpen(gate, invokedFunctionArn);
  return process.env.AWS_LAMBDA_INITIALIZATION_TYPE;
};`;

async function publishAnother(FunctionName: string): Promise<void> {
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 192 }));
  await updated(lambda, FunctionName);
  await lambda.send(new PublishVersionCommand({ FunctionName }));
}

describe('PutProvisionedConcurrencyConfig', () => {
  test.each(['1', 'live'])(
    'is accepted for %s and then becomes ready [accepted] [ready]',
    async (qualifier) => {
      const { FunctionName } = await deployVersion(lambda);
      const { $metadata, ...accepted } = await put(FunctionName, qualifier, 2);
      expect($metadata.httpStatusCode).toBe(202);
      expect(accepted).toEqual({
        RequestedProvisionedConcurrentExecutions: 2,
        AvailableProvisionedConcurrentExecutions: 0,
        AllocatedProvisionedConcurrentExecutions: 0,
        Status: 'IN_PROGRESS',
        LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/),
      });
      const { $metadata: _, ...ready } = await provision(lambda, FunctionName, qualifier, 2);
      expect(ready).toEqual({
        RequestedProvisionedConcurrentExecutions: 2,
        AvailableProvisionedConcurrentExecutions: 2,
        AllocatedProvisionedConcurrentExecutions: 2,
        Status: 'READY',
        LastModified: expect.any(String),
      });
    },
  );

  test('replaces what was there [replaces]', async () => {
    const { FunctionName } = await deployVersion(lambda);
    await provision(lambda, FunctionName, 'live', 2);
    const more = await provision(lambda, FunctionName, 'live', 3);
    expect(more).toMatchObject({ Status: 'READY', AvailableProvisionedConcurrentExecutions: 3 });
    const less = await provision(lambda, FunctionName, 'live', 1);
    expect(less).toMatchObject({ Status: 'READY', AvailableProvisionedConcurrentExecutions: 1 });
  });

  test('runs invokes of the version in those environments first [initialization-type] [spillover]', async () => {
    const { FunctionName } = await deployVersion(lambda, {
      Timeout: 60,
      Code: { ZipFile: await zipOf({ 'index.js': TYPE_TELLER }) },
    });
    await provision(lambda, FunctionName, 'live', 1);
    const typeOf = async (Qualifier: string, event: { gate?: string } = {}): Promise<unknown> => {
      const Payload = JSON.stringify(event);
      const answer = await lambda.send(new InvokeCommand({ FunctionName, Qualifier, Payload }));
      return JSON.parse(answer.Payload?.transformToString() ?? '');
    };
    expect(await typeOf('live')).toBe('provisioned-concurrency');
    expect(await typeOf('1')).toBe('provisioned-concurrency');
    expect(await typeOf('$LATEST')).toBe('on-demand');
    const both = await together(server, FunctionName, 2, async (event) => await typeOf('live', event));
    expect(new Set(both)).toEqual(new Set(['on-demand', 'provisioned-concurrency']));
  });

  test('moves with its alias, and splits by weight [follows-alias] [splits-by-weight]', async () => {
    const { FunctionName } = await deployVersion(lambda);
    await publishAnother(FunctionName);
    await provision(lambda, FunctionName, 'live', 2);
    const alias = { FunctionName, Name: 'live' };
    await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '2' }));
    expect(await untilProvisioned(lambda, FunctionName, 'live')).toMatchObject({
      Status: 'READY',
      RequestedProvisionedConcurrentExecutions: 2,
      AvailableProvisionedConcurrentExecutions: 2,
    });
    const AdditionalVersionWeights = { 1: 0.5 };
    await lambda.send(new UpdateAliasCommand({ ...alias, RoutingConfig: { AdditionalVersionWeights } }));
    expect(await untilProvisioned(lambda, FunctionName, 'live')).toMatchObject({
      Status: 'READY',
      AvailableProvisionedConcurrentExecutions: 2,
    });
  });

  test('is not for $LATEST, nor for an alias of it [latest] [alias-of-latest]', async () => {
    const { FunctionName } = await deployVersion(lambda);
    await lambda.send(new CreateAliasCommand({ FunctionName, Name: 'newest', FunctionVersion: '$LATEST' }));
    for (const qualifier of ['$LATEST', 'newest']) {
      expect(await refusal(put(FunctionName, qualifier, 1))).toEqual({
        name: 'InvalidParameterValueException',
        message: 'Provisioned Concurrency Configs cannot be applied to unpublished function versions.',
        status: 400,
        type: 'User',
      });
    }
  });

  test('is not for an alias with weights [weighted-alias]', async () => {
    const { FunctionName } = await deployVersion(lambda);
    await publishAnother(FunctionName);
    const alias = { FunctionName, Name: 'live' };
    const weighted = { AdditionalVersionWeights: { 2: 0.5 } };
    await lambda.send(new UpdateAliasCommand({ ...alias, RoutingConfig: weighted }));
    expect(await refusal(put(FunctionName, 'live', 1))).toEqual({
      name: 'InvalidParameterValueException',
      message: 'Alias with weights can not be used with Provisioned Concurrency',
      status: 400,
      type: 'User',
    });
    const unweighted = { AdditionalVersionWeights: {} };
    await lambda.send(new UpdateAliasCommand({ ...alias, RoutingConfig: unweighted }));
    expect((await put(FunctionName, 'live', 1)).Status).toBe('IN_PROGRESS');
  });

  test('is for a version or for its alias, not for both [alias-on-provisioned-version] [version-under-provisioned-alias]', async () => {
    const { FunctionName } = await deployVersion(lambda);
    await put(FunctionName, '1', 1);
    expect(await refusal(put(FunctionName, 'live', 1))).toEqual({
      name: 'ResourceConflictException',
      message:
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
      status: 409,
      type: 'User',
    });
    const { FunctionName: other } = await deployVersion(lambda);
    await put(other, 'live', 1);
    expect(await refusal(put(other, '1', 1))).toEqual({
      name: 'ResourceConflictException',
      message: 'Version is pointed by a Provisioned Concurrency alias',
      status: 409,
      type: 'User',
    });
  });

  test('refuses what is not there [missing-version] [missing-alias] [missing-function]', async () => {
    const { FunctionName, FunctionArn } = await deployVersion(lambda);
    expect(await refusal(put(FunctionName, '10', 1))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Function not found: ${FunctionArn}:10`,
      status: 404,
      type: 'User',
    });
    expect(await refusal(put(FunctionName, 'nobody', 1))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Cannot find alias arn: ${FunctionArn}:nobody`,
      status: 404,
      type: 'User',
    });
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:nowhere';
    expect((await refusal(put('nowhere', '1', 1))).message).toBe(`Function not found: ${arn}:1`);
    expect((await refusal(put('nowhere', 'a', 1))).message).toBe(`Cannot find alias arn: ${arn}:a`);
  });

  test('takes what it needs from the account [account-arithmetic] [over-account] [minimum-unreserved]', async () => {
    const account = new LambdaClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: '555555555555', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    const { FunctionName } = await deployVersion(account);
    const { FunctionName: other } = await deployVersion(account);
    await account.send(
      new PutFunctionConcurrencyCommand({ FunctionName: other, ReservedConcurrentExecutions: 300 }),
    );
    expect(await refusal(put(FunctionName, 'live', 701, account))).toEqual({
      name: 'InvalidParameterValueException',
      message:
        "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [700].",
      status: 400,
      type: undefined,
    });
    expect(await refusal(put(FunctionName, 'live', 601, account))).toEqual({
      name: 'InvalidParameterValueException',
      message:
        "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
      status: 400,
      type: undefined,
    });
    await put(FunctionName, 'live', 2, account);
    await put(other, 'live', 1, account);
    const { AccountLimit } = await account.send(new GetAccountSettingsCommand({}));
    expect(AccountLimit).toMatchObject({ ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 698 });
  });

  test('fits into the reservation of the function [over-reserved]', async () => {
    const { FunctionName } = await deployVersion(lambda);
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }));
    expect(await refusal(put(FunctionName, 'live', 2))).toEqual({
      name: 'InvalidParameterValueException',
      message:
        'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
      status: 400,
      type: undefined,
    });
    expect(await provision(lambda, FunctionName, 'live', 1)).toMatchObject({ Status: 'READY' });
  });

  test('is at least 1 [constraints]', async () => {
    const { FunctionName } = await deployVersion(lambda);
    expect(await refusal(put(FunctionName, 'live', 0))).toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 1",
      status: 400,
    });
  });

  test('of a function that cannot initialise fails, and is tried again when put again [init-failure] [on-demand-meanwhile]', async () => {
    const ZipFile = await zipOf({ 'index.js': BROKEN });
    const { FunctionName } = await deployVersion(lambda, { Code: { ZipFile } });
    const failed = {
      RequestedProvisionedConcurrentExecutions: 1,
      AvailableProvisionedConcurrentExecutions: 0,
      AllocatedProvisionedConcurrentExecutions: 0,
      Status: 'FAILED',
      StatusReason: 'FUNCTION_ERROR_INIT_FAILURE',
    };
    expect(await provision(lambda, FunctionName, 'live', 1)).toMatchObject(failed);
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Qualifier: 'live' }));
    expect(answer.Payload?.transformToString()).toBe('"today"');
    const starts = async () =>
      (await filteredMessages(server.logs, { logGroupName: `/aws/lambda/${FunctionName}` })).filter(
        (message) => message.startsWith('INIT_START'),
      ).length;
    const before = await starts();
    expect((await put(FunctionName, 'live', 1)).Status).toBe('IN_PROGRESS');
    expect(await untilProvisioned(lambda, FunctionName, 'live')).toMatchObject(failed);
    expect(await starts()).toBeGreaterThan(before);
  });
});

import {
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../support/functions.ts';
import { deploy, refusal } from '../../support/lambda-requests.ts';
import { openGate, UNTIL_OPEN } from '../../support/overlap.ts';
import { deployVersion, provision } from '../../support/provisioned.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';

let server: TestServer;
let lambda: LambdaClient;

beforeAll(async () => {
  server = await startServer();
  ({ lambda } = server);
});

afterAll(async () => {
  await server.stop();
});

/** A client of an account nobody else uses. */
function inAccount(accessKeyId: string): LambdaClient {
  const credentials = { accessKeyId, secretAccessKey: 'test' };
  return new LambdaClient({ endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

async function reserve(FunctionName: string, units: number, client = lambda): Promise<number | undefined> {
  const answer = await client.send(
    new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: units }),
  );
  expect(answer.$metadata.httpStatusCode).toBe(200);
  return answer.ReservedConcurrentExecutions;
}

async function unreserved(client: LambdaClient): Promise<number | undefined> {
  return (await client.send(new GetAccountSettingsCommand({}))).AccountLimit?.UnreservedConcurrentExecutions;
}

const HELD = `${UNTIL_OPEN}
exports.handler = async ({ gate }, { invokedFunctionArn }) => await untilOpen(gate, invokedFunctionArn);`;

const BELOW_MINIMUM =
  "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].";

describe('PutFunctionConcurrency', () => {
  test('reserves, and shows what it reserved [reserves]', async () => {
    const { FunctionName } = await deploy(lambda);
    expect(await reserve(FunctionName, 3)).toBe(3);
    expect(await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }))).toMatchObject({
      ReservedConcurrentExecutions: 3,
    });
    expect((await lambda.send(new GetFunctionCommand({ FunctionName }))).Concurrency).toEqual({
      ReservedConcurrentExecutions: 3,
    });
    expect(await reserve(FunctionName, 1)).toBe(1);
  });

  test('takes the function by name, partial ARN or ARN [names]', async () => {
    const { FunctionName, FunctionArn } = await deploy(lambda);
    for (const name of [FunctionName, FunctionArn, `function:${FunctionName}`]) {
      expect(await reserve(name, 1)).toBe(1);
    }
  });

  test('takes what it reserves from the account, down to 100 [account-arithmetic] [accounts] [minimum-unreserved]', async () => {
    const account = inAccount('222222222222');
    const { FunctionName: first } = await deploy(account);
    const { FunctionName: second } = await deploy(account);
    await reserve(first, 600, account);
    expect(await unreserved(account)).toBe(400);
    expect(await refusal(reserve(second, 301, account))).toEqual({
      name: 'InvalidParameterValueException',
      message: BELOW_MINIMUM,
      status: 400,
      type: undefined,
    });
    await reserve(second, 300, account);
    expect(await unreserved(account)).toBe(100);
    expect(await unreserved(inAccount('666666666666'))).toBe(1000);
    await account.send(new DeleteFunctionConcurrencyCommand({ FunctionName: first }));
    expect(await unreserved(account)).toBe(700);
    await account.send(new DeleteFunctionCommand({ FunctionName: second }));
    expect(await unreserved(account)).toBe(1000);
  });

  test('can always be raised and lowered within what the function has [replaces]', async () => {
    const account = inAccount('333333333333');
    const { FunctionName } = await deploy(account);
    await reserve(FunctionName, 900, account);
    expect(await reserve(FunctionName, 900, account)).toBe(900);
    expect(await reserve(FunctionName, 500, account)).toBe(500);
    expect(await reserve(FunctionName, 900, account)).toBe(900);
    expect((await refusal(reserve(FunctionName, 901, account))).message).toBe(BELOW_MINIMUM);
  });

  test('never overdraws the account, however many ask at once [concurrent-requests]', async () => {
    const account = inAccount('444444444444');
    const names = await Promise.all(
      Array.from({ length: 6 }, async () => (await deploy(account)).FunctionName),
    );
    const outcomes = await Promise.allSettled(names.map(async (name) => await reserve(name, 200, account)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect(await unreserved(account)).toBe(200);
  });

  test('of 0 stops the function, whatever the account has left [zero] [throttle]', async () => {
    const { FunctionName } = await deploy(lambda);
    await lambda.send(new InvokeCommand({ FunctionName }));
    expect(await reserve(FunctionName, 0)).toBe(0);
    const throttled: unknown = await lambda
      .send(new InvokeCommand({ FunctionName }))
      .catch((error: unknown) => error);
    expect(throttled).toMatchObject({
      name: 'TooManyRequestsException',
      message: 'Rate Exceeded.',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      Type: 'User',
      $metadata: { httpStatusCode: 429 },
    });
    expect((await lambda.send(new GetFunctionCommand({ FunctionName }))).Concurrency).toEqual({
      ReservedConcurrentExecutions: 0,
    });
    const dryRun = await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }));
    expect(dryRun.StatusCode).toBe(204);
  });

  test('of 1 lets one invoke run at a time, of whatever version [ceiling]', async () => {
    const { FunctionName, FunctionArn } = await deployVersion(lambda, {
      Code: { ZipFile: await zipOf({ 'index.js': HELD }) },
      Timeout: 60,
    });
    await reserve(FunctionName, 1);
    const Payload = JSON.stringify({ gate: 'open' });
    let refused = 0;
    const attempts = ['1', 'live', '$LATEST'].map(
      async (Qualifier) =>
        await lambda.send(new InvokeCommand({ FunctionName, Qualifier, Payload })).catch((error: unknown) => {
          refused += 1;
          throw error;
        }),
    );
    const all = Promise.allSettled(attempts);
    // The one that runs goes on until the others have been told that they may not.
    await eventually(
      async () => await Promise.resolve(refused),
      (count) => count === 2,
    );
    await openGate(server, FunctionArn, 'open');
    const outcomes = await all;
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await lambda.send(new InvokeCommand({ FunctionName }))).StatusCode).toBe(200);
  });

  test('covers the provisioned concurrency of the function [below-provisioned] [all-provisioned]', async () => {
    const { FunctionName } = await deployVersion(lambda);
    await provision(lambda, FunctionName, 'live', 2);
    expect(await refusal(reserve(FunctionName, 1))).toEqual({
      name: 'InvalidParameterValueException',
      message:
        " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2].",
      status: 400,
      type: undefined,
    });
    await reserve(FunctionName, 2);
    expect((await refusal(lambda.send(new InvokeCommand({ FunctionName })))).name).toBe(
      'TooManyRequestsException',
    );
    const live = await lambda.send(new InvokeCommand({ FunctionName, Qualifier: 'live' }));
    expect(live).toMatchObject({ StatusCode: 200, ExecutedVersion: '1' });
  });

  test.each(['1', 'live', '$LATEST'])(
    'is not for versions and aliases: %s [qualified]',
    async (qualifier) => {
      const { FunctionArn } = await deployVersion(lambda);
      expect(await refusal(reserve(`${FunctionArn}:${qualifier}`, 1))).toMatchObject({
        name: 'InvalidParameterValueException',
        message:
          'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
        status: 400,
      });
    },
  );

  test('refuses functions that are not there [not-found]', async () => {
    expect(await refusal(reserve('nobody', 1))).toEqual({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody:$LATEST',
      status: 404,
      type: 'User',
    });
  });

  test('refuses numbers below 0 and none at all [constraints]', async () => {
    const { FunctionName } = await deploy(lambda);
    expect(await refusal(reserve(FunctionName, -1))).toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value '-1' at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 0",
    });
    const none = new PutFunctionConcurrencyCommand({
      FunctionName,
      ReservedConcurrentExecutions: undefined,
    });
    expect((await refusal(lambda.send(none))).name).toBe('ValidationException');
  });

  test('leaves an account as small as the minimum alone but for 0 [small-account]', async () => {
    const small = await startServer({ flags: ['--concurrency', '10'] });
    try {
      const { FunctionName } = await deploy(small.lambda);
      expect((await refusal(reserve(FunctionName, 1, small.lambda))).message).toBe(
        BELOW_MINIMUM.replace('100', '10'),
      );
      expect(await reserve(FunctionName, 0, small.lambda)).toBe(0);
    } finally {
      await small.stop();
    }
  });
});

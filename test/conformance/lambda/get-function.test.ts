import { GetFunctionCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock, withFrozenClock } from '../../support/async-events.ts';
import { creation, deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import {
  answering,
  changeCode,
  configurationOf,
  createAlias,
  deployVersions,
} from '../../support/versions.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('GetFunction', () => {
  test('gives a location that downloads the package byte for byte [location]', async () => {
    const { Code } = await creation();
    const { FunctionName } = await deploy(server.lambda, { Code });
    const found = await server.lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(found.Code?.RepositoryType).toBe('S3');
    const download = await fetch(found.Code?.Location ?? '');
    expect(download.status).toBe(200);
    expect(Buffer.from(await download.arrayBuffer())).toEqual(Buffer.from(Code?.ZipFile ?? []));
  });

  test('gives a location that is good for ten minutes [location-expires]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const { Code } = await server.lambda.send(new GetFunctionCommand({ FunctionName }));
    const status = async (): Promise<number> => (await fetch(Code?.Location ?? '')).status;
    await withFrozenClock(server, async () => {
      await advanceClock(server, 9 * 60_000);
      expect(await status()).toBe(200);
      await advanceClock(server, 61_000);
      expect(await status()).toBe(403);
    });
  });

  test('shows tags only when there are any [tags]', async () => {
    const plain = await deploy(server.lambda);
    const tagged = await deploy(server.lambda, { Tags: { team: 'blue' } });
    const get = async (FunctionName: string): Promise<object> =>
      await server.lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(await get(plain.FunctionName)).not.toHaveProperty('Tags');
    expect(await get(tagged.FunctionName)).toMatchObject({ Tags: { team: 'blue' } });
    expect(await get(plain.FunctionName)).not.toHaveProperty('Concurrency');
  });

  test('names the qualifier in the ARN exactly when it was asked for [qualified-arn]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const plain = await server.lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(plain.Configuration?.FunctionArn).toBe(FunctionArn);
    const latest = { FunctionName, Qualifier: '$LATEST' };
    const qualified = await server.lambda.send(new GetFunctionCommand(latest));
    expect(qualified.Configuration?.FunctionArn).toBe(`${FunctionArn}:$LATEST`);
    expect(qualified.Configuration?.Version).toBe('$LATEST');
  });

  test('takes names in every form [names]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    for (const form of [FunctionArn, `function:${FunctionName}`, `000000000000:function:${FunctionName}`]) {
      const found = await server.lambda.send(new GetFunctionCommand({ FunctionName: form }));
      expect(found.Configuration?.FunctionName).toBe(FunctionName);
    }
  });

  test('shows versions, also through aliases, with the code of each [version] [alias]', async () => {
    const { FunctionName, FunctionArn } = await deployVersions(server.lambda, 1);
    await createAlias(server.lambda, FunctionName, 'live', '1');
    await changeCode(server.lambda, FunctionName, 'newer');
    for (const Qualifier of ['1', 'live']) {
      const found = await server.lambda.send(new GetFunctionCommand({ FunctionName, Qualifier }));
      expect(found.Configuration).toEqual({
        ...(await configurationOf(server.lambda, FunctionName, '1')),
        FunctionArn: `${FunctionArn}:${Qualifier}`,
        Version: '1',
      });
      const download = await fetch(found.Code?.Location ?? '');
      expect(Buffer.from(await download.arrayBuffer())).toEqual(Buffer.from(await answering('1')));
    }
  });

  test('says what is not there [missing-function] [missing-version] [missing-alias] [lower-case-latest] [other-region]', async () => {
    const name = uniqueName();
    const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    const missing = { name: 'ResourceNotFoundException', status: 404, type: 'User' };
    const ask = async (FunctionName: string, Qualifier?: string): ReturnType<typeof refusal> =>
      await refusal(
        server.lambda.send(
          new GetFunctionCommand({ FunctionName, ...(Qualifier !== undefined && { Qualifier }) }),
        ),
      );
    expect(await ask(name)).toEqual({ ...missing, message: `Function not found: ${arn}` });
    expect(await ask(name, '7')).toEqual({ ...missing, message: `Function not found: ${arn}:7` });
    expect(await ask(`${name}:prod`)).toEqual({ ...missing, message: `Function not found: ${arn}:prod` });
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    for (const qualifier of ['1', 'prod', '$latest']) {
      expect(await ask(FunctionName, qualifier)).toEqual({
        ...missing,
        message: `Function not found: ${FunctionArn}:${qualifier}`,
      });
    }
    expect(await ask(FunctionArn.replace('us-east-1', 'eu-west-1'))).toEqual({
      ...missing,
      message: "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    });
  });

  test('refuses two qualifiers that differ [two-qualifiers]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const input = { FunctionName: `${FunctionName}:$LATEST`, Qualifier: '1' };
    expect(await refusal(server.lambda.send(new GetFunctionCommand(input)))).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'The derived qualifier from the function name does not match the specified qualifier.',
    });
  });

  test('shows the configuration and, when it is reserved, the concurrency [answer] [concurrency]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const { $metadata, ...plain } = await server.lambda.send(new GetFunctionCommand({ FunctionName }));
    expect($metadata.httpStatusCode).toBe(200);
    expect(Object.keys(plain).toSorted()).toEqual(['Code', 'Configuration']);
    expect(plain.Configuration).toEqual(await configurationOf(server.lambda, FunctionName));
    const reservation = { FunctionName, ReservedConcurrentExecutions: 0 };
    await server.lambda.send(new PutFunctionConcurrencyCommand(reservation));
    const reserved = await server.lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(reserved.Concurrency).toEqual({ ReservedConcurrentExecutions: 0 });
  });

  test('does not show the reservation with a qualifier [concurrency-qualified]', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 1);
    await createAlias(server.lambda, FunctionName, 'live', '1');
    const reservation = { FunctionName, ReservedConcurrentExecutions: 1 };
    await server.lambda.send(new PutFunctionConcurrencyCommand(reservation));
    for (const Qualifier of ['$LATEST', '1', 'live']) {
      const found = await server.lambda.send(new GetFunctionCommand({ FunctionName, Qualifier }));
      expect(found).not.toHaveProperty('Concurrency');
    }
  });

  test('finds no function of a long or incomplete name [long-name] [bare-function]', async () => {
    const prefix = 'arn:aws:lambda:us-east-1:000000000000:function';
    const long = 'n'.repeat(65);
    for (const [name, arn] of [
      [long, `${prefix}:${long}`],
      [prefix, `${prefix}:function`],
    ] as const) {
      const get = new GetFunctionCommand({ FunctionName: name });
      expect(await refusal(server.lambda.send(get))).toMatchObject({
        name: 'ResourceNotFoundException',
        message: `Function not found: ${arn}`,
      });
    }
  });

  test('refuses names that are none, and those of other accounts [constraints] [other-account]', async () => {
    const ask = async (FunctionName: string, Qualifier?: string): ReturnType<typeof refusal> =>
      await refusal(
        server.lambda.send(
          new GetFunctionCommand({ FunctionName, ...(Qualifier !== undefined && { Qualifier }) }),
        ),
      );
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    for (const [answer, member] of [
      [await ask('not a name'), 'functionName'],
      [await ask('n'.repeat(257)), 'functionName'],
      [await ask(FunctionName, 'not one'), 'qualifier'],
      [await ask(FunctionName, 'q'.repeat(129)), 'qualifier'],
    ] as const) {
      expect(answer).toMatchObject({ name: 'ValidationException', status: 400, type: undefined });
      expect(answer.message).toContain(`at '${member}' failed to satisfy constraint: `);
    }
    expect(await ask(FunctionArn.replace('000000000000', '111122223333'))).toMatchObject({
      name: 'AccessDeniedException',
      status: 403,
    });
  });
});

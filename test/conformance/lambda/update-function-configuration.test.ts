import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName, updated } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { configurationOf } from '../../support/versions.ts';
import { zipOf } from '../../support/zip.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const update = async (input: object): Promise<object> =>
  await server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: '', ...input }));

describe('UpdateFunctionConfiguration', () => {
  test('changes what it names and nothing else [partial] [answer]', async () => {
    const created = await deploy(server.lambda, { Description: 'before', Timeout: 5 });
    const { FunctionName } = created;
    const change = { MemorySize: 256, Environment: { Variables: { MODE: 'new' } }, Description: '' };
    expect(await update({ FunctionName, ...change })).toMatchObject({
      ...change,
      State: 'Active',
      LastUpdateStatus: 'InProgress',
      LastUpdateStatusReason: 'The function is being created.',
      LastUpdateStatusReasonCode: 'Creating',
    });
    await updated(server.lambda, FunctionName);
    const now = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(now).toMatchObject({ ...change, Timeout: 5, LastUpdateStatus: 'Successful' });
    expect(now.CodeSha256).toBe(created.CodeSha256);
  });

  test('takes effect on the next invoke [effect]', async () => {
    const source = 'exports.handler = async () => process.env.MODE ?? null;';
    const { FunctionName } = await deploy(server.lambda, {
      Code: { ZipFile: await zipOf({ 'index.js': source }) },
    });
    const invoke = async (): Promise<string> => {
      const { Payload } = await server.lambda.send(new InvokeCommand({ FunctionName }));
      return Payload?.transformToString() ?? '';
    };
    expect(await invoke()).toBe('null');
    await update({ FunctionName, Environment: { Variables: { MODE: 'new' } } });
    await updated(server.lambda, FunctionName);
    expect(await invoke()).toBe('"new"');
  });

  test('ends the environment with an empty map, and only then [clears]', async () => {
    const { FunctionName } = await deploy(server.lambda, { Environment: { Variables: {} } });
    expect(await update({ FunctionName, Timeout: 5 })).toMatchObject({ Environment: { Variables: {} } });
    await updated(server.lambda, FunctionName);
    expect(await update({ FunctionName, Environment: { Variables: {} } })).not.toHaveProperty('Environment');
    await updated(server.lambda, FunctionName);
    const now = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(now).not.toHaveProperty('Environment');
  });

  test('gives a new revision even when nothing changes [new-revision]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const before = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    await update({ FunctionName });
    await updated(server.lambda, FunctionName);
    const after = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(after.RevisionId).not.toBe(before.RevisionId);
  });

  test('fills log levels for JSON and drops them for Text [log-levels]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    expect(await update({ FunctionName, LoggingConfig: { LogFormat: 'JSON' } })).toMatchObject({
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', SystemLogLevel: 'INFO' },
    });
    await updated(server.lambda, FunctionName);
    const text = await update({ FunctionName, LoggingConfig: { LogFormat: 'Text' } });
    expect(text).toHaveProperty('LoggingConfig', {
      LogFormat: 'Text',
      LogGroup: `/aws/lambda/${FunctionName}`,
    });
  });

  test('wants the newest revision when it is told one [stale-revision]', async () => {
    const created = await deploy(server.lambda);
    const stale = { FunctionName: created.FunctionName, RevisionId: created.RevisionId };
    expect(await refusal(update(stale))).toEqual({
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
      status: 412,
      type: 'User',
    });
  });

  test('refuses bad values [runtime] [environment-reserved] [bounds] [unbuilt]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const invalid = { name: 'InvalidParameterValueException', status: 400, type: 'User' };
    const runtime = await refusal(update({ FunctionName, Runtime: 'nodejs99.x' }));
    expect(runtime).toMatchObject(invalid);
    expect(runtime.message).toContain("Value nodejs99.x at 'runtime' failed to satisfy constraint");
    expect(
      await refusal(update({ FunctionName, Environment: { Variables: { AWS_REGION: 'x' } } })),
    ).toMatchObject(invalid);
    expect(await refusal(update({ FunctionName, Timeout: 901 }))).toMatchObject({
      name: 'ValidationException',
    });
    expect((await refusal(update({ FunctionName, ImageConfig: { Command: ['x'] } }))).message).toBe(
      'ImageConfig.Command is not implemented by Lambent yet.',
    );
  });

  test('says what is not there [missing-function]', async () => {
    const FunctionName = uniqueName();
    expect(await refusal(update({ FunctionName }))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`,
    });
  });

  test('concerns functions, not versions [qualified]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    expect(await refusal(update({ FunctionName: `${FunctionName}:1`, Timeout: 4 }))).toMatchObject({
      name: 'InvalidParameterValueException',
    });
  });

  test('replaces all variables, and leaves versions theirs [replaces-variables] [versions-stay]', async () => {
    const { FunctionName } = await deploy(server.lambda, {
      Environment: { Variables: { FIRST: '1', SECOND: '2' } },
      Publish: true,
    });
    expect(await update({ FunctionName, Environment: { Variables: { SECOND: 'two' } } })).toHaveProperty(
      'Environment',
      { Variables: { SECOND: 'two' } },
    );
    await updated(server.lambda, FunctionName);
    expect(await configurationOf(server.lambda, FunctionName, '1')).toMatchObject({
      Environment: { Variables: { FIRST: '1', SECOND: '2' } },
    });
  });

  test('accepts one of many updates with the newest revision [revision] [concurrent]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const { RevisionId } = await configurationOf(server.lambda, FunctionName);
    const answers = await Promise.allSettled(
      Array.from({ length: 6 }, async (_, index) => {
        await update({ FunctionName, RevisionId, Timeout: 10 + index });
        return 10 + index;
      }),
    );
    const accepted = answers.filter((answer) => answer.status === 'fulfilled');
    expect(accepted).toHaveLength(1);
    await updated(server.lambda, FunctionName);
    expect((await configurationOf(server.lambda, FunctionName)).Timeout).toBe(accepted[0]?.value);
  });

  test('refuses what CreateFunction refuses [deprecated-runtime] [environment-limit] [log-level-text]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    for (const [change, message] of [
      [{ Runtime: 'nodejs14.x' }, 'The runtime parameter of nodejs14.x is no longer supported'],
      [{ Environment: { Variables: { LONG: 'x'.repeat(4096) } } }, 'exceeded the 4KB limit'],
      [
        { LoggingConfig: { SystemLogLevel: 'WARN' } },
        'LogLevel is not supported when LogFormat is set to "Text"',
      ],
    ] as const) {
      const answer = await refusal(update({ FunctionName, ...change }));
      expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400, type: 'User' });
      expect(answer.message).toContain(message);
    }
  });
});

import {
  CreateAliasCommand,
  DeleteFunctionCommand,
  GetFunctionConcurrencyCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentsOf } from '../support/environments.ts';
import { createUrl, openToAll, web } from '../support/function-urls.ts';
import { deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { PATIENT, type Platforms, sharedPostgres, startPlatforms } from '../support/platforms.ts';
import { zipOf } from '../support/zip.ts';

const shared = sharedPostgres();

const saying = (text: string): Record<string, string> => ({
  'index.js': `exports.handler = async () => '${text}';`,
});

async function errorOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}

describe.skipIf(shared === undefined).each([
  { name: 'two platforms', flagsOfTwo: [] },
  { name: 'two platforms, one with workers', flagsOfTwo: ['--workers', '1'] },
])('$name on one PostgreSQL', PATIENT, ({ flagsOfTwo }) => {
  let platforms: Platforms;

  beforeAll(async () => {
    platforms = await startPlatforms(shared ?? '', { flagsOfTwo });
  });

  afterAll(async () => await platforms.remove());

  /** What the other platform's invoke says, asked until it is that. */
  const untilAnswer = async (name: string, expected: unknown, Qualifier?: string): Promise<void> => {
    await eventually(
      async () => await invoke(platforms.two.lambda, name, {}, { Qualifier }).catch((error: Error) => error),
      (answer) => 'payload' in answer && answer.payload === expected,
    );
  };

  test('a function that is Active on one can be invoked on the other at once', async () => {
    const { one, two } = platforms;
    for (let round = 0; round < 5; round += 1) {
      await deploy(one.lambda, `new-${round}`, saying('here'));
      expect((await invoke(two.lambda, `new-${round}`)).payload).toBe('here');
    }
    expect(await errorOf(invoke(two.lambda, 'never-made'))).toBe('ResourceNotFoundException');
  });

  test('an asynchronous invoke is taken for it at once, too', async () => {
    const { one, two } = platforms;
    await deploy(one.lambda, 'events', saying('done'));
    expect((await invoke(two.lambda, 'events', {}, { InvocationType: 'Event' })).status).toBe(202);
  });

  test('new code and configuration replace what runs on the other', async () => {
    const { one, two } = platforms;
    await deploy(one.lambda, 'changing', saying('old'));
    expect((await invoke(two.lambda, 'changing')).payload).toBe('old');
    const FunctionName = 'changing';
    const ZipFile = await zipOf(saying('new'));
    await one.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    await untilAnswer('changing', 'new');
    await untilUpdated(one.lambda, 'changing');
    await one.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Handler: 'gone.handler' }));
    await eventually(
      async () => await invoke(two.lambda, 'changing'),
      ({ functionError }) => functionError !== undefined,
    );
    // The environments of what was replaced go.
    await eventually(
      async () => await environmentsOf(two, 'changing'),
      ({ length }) => length < 2,
    );
  });

  test('versions and aliases that are made and shifted on one count on the other', async () => {
    const { one, two } = platforms;
    const FunctionName = 'aliased';
    await deploy(one.lambda, FunctionName, saying('first'));
    await one.lambda.send(new PublishVersionCommand({ FunctionName }));
    await one.lambda.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }));
    expect((await invoke(two.lambda, FunctionName, {}, { Qualifier: 'live' })).payload).toBe('first');
    await one.lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await zipOf(saying('second')), Publish: true }),
    );
    await untilUpdated(one.lambda, FunctionName);
    await untilAnswer(FunctionName, 'second', '2');
    await one.lambda.send(new UpdateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '2' }));
    await untilAnswer(FunctionName, 'second', 'live');
  });

  test('reserved concurrency of zero switches a function off everywhere', async () => {
    const { one, two } = platforms;
    const FunctionName = 'switched';
    await deploy(one.lambda, FunctionName, saying('on'));
    await untilAnswer(FunctionName, 'on');
    await one.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
    );
    await eventually(
      async () => await errorOf(invoke(two.lambda, FunctionName)),
      (name) => name === 'TooManyRequestsException',
    );
    const read = await two.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
    expect(read.ReservedConcurrentExecutions).toBe(0);
  });

  test('a function URL made on one answers on the other', async () => {
    const { one, two } = platforms;
    const FunctionName = 'with-url';
    await deploy(one.lambda, FunctionName, saying('by url'));
    const { FunctionUrl = '' } = await createUrl(one.lambda, { FunctionName });
    await openToAll(one.lambda, FunctionName);
    const url = new URL(FunctionUrl);
    url.port = new URL(two.endpoint).port;
    await eventually(
      async () => await web(url.href),
      ({ body }) => body === 'by url',
    );
  });

  test('the configuration of asynchronous invokes counts on the other', async () => {
    const { one, two } = platforms;
    const FunctionName = 'failing';
    await deploy(one.lambda, FunctionName, {
      'index.js': 'exports.handler = async () => { throw new Error() };',
    });
    await one.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 }));
    // Without retries it is done with at once. One that fails before the other has heard of that is tried again in a minute.
    await eventually(
      async () => {
        await invoke(two.lambda, FunctionName, {}, { InvocationType: 'Event' });
        return await (await fetch(`${two.endpoint}/_lambent/health`)).text();
      },
      (health) => /"failed":[1-9]/.test(health),
    );
  });

  test('a function deleted on one is gone on the other, and one of the same name is another', async () => {
    const { one, two } = platforms;
    await deploy(one.lambda, 'passing', saying('before'));
    await untilAnswer('passing', 'before');
    await one.lambda.send(new DeleteFunctionCommand({ FunctionName: 'passing' }));
    await eventually(
      async () => await errorOf(invoke(two.lambda, 'passing')),
      (name) => name === 'ResourceNotFoundException',
    );
    await deploy(two.lambda, 'passing', saying('after'));
    expect((await invoke(one.lambda, 'passing')).payload).toBe('after');
  });
});

import type { CreateFunctionCommandInput } from '@aws-sdk/client-lambda';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dotnetPackage } from '../support/dotnet-packages.ts';
import { type Answer, deploy, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { withoutNamespaces } from '../support/without-namespaces.ts';
import { zipFolder } from '../support/zip.ts';

const built = await dotnetPackage();
const ZipFile = built === undefined ? new Uint8Array() : await zipFolder(built);
afterAll(async () => await rm(built ?? '/nowhere', { recursive: true, force: true }));

let server: TestServer;
let functions = 0;

/** Each call is a function of its own, with one environment. */
async function run(
  handler: string,
  event: unknown,
  settings: Partial<CreateFunctionCommandInput> = {},
  options: Parameters<typeof invoke>[3] = {},
): Promise<Answer> {
  functions += 1;
  const name = `net-${functions}`;
  const common = { Runtime: 'dotnet8', Handler: handler, Code: { ZipFile }, MemorySize: 512 } as const;
  await deploy(server.lambda, name, {}, { ...common, ...settings });
  return await invoke(server.lambda, name, event, options);
}
const handler = (method: string): string => `Functions::Example.Functions::${method}`;

describe.skipIf(built === undefined)('.NET', () => {
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  test('an asynchronous method gets its own type and a context, and keeps its object', async () => {
    const client = { custom: { key: 'value' }, client: { app_title: 'the app' } };
    const ClientContext = Buffer.from(JSON.stringify(client)).toString('base64');
    const order = { Name: 'tea', Count: 2 };
    const first = await run(handler('Describe'), order, {}, { ClientContext });
    expect(first).toMatchObject({ status: 200, functionError: undefined });
    expect(first.payload).toEqual({
      text: 'tea x2',
      calls: 1,
      requestId: first.requestId,
      arn: `arn:aws:lambda:us-east-1:000000000000:function:net-${functions}`,
      function: `net-${functions} $LATEST 512`,
      hasTime: true,
      stream: true,
      custom: 'value',
      app: 'the app',
      later: null,
      environment: 'AWS_Lambda_dotnet8',
      trace: expect.stringMatching(/^Root=1-/),
      root: expect.stringMatching(/task|[0-9a-f]{64}/),
    });
    expect(first.log).toMatch(new RegExp(`^\\S+Z\t${first.requestId}\tinfo\thandling tea$`, 'm'));
    expect((await invoke(server.lambda, `net-${functions}`, order)).payload).toMatchObject({
      calls: 2,
      custom: null,
    });
  });

  test.each([
    ['a stream, static', handler('Raw'), { any: ['thing'] }, { any: ['thing'] }],
    ['texts', handler('Upper'), 'abc', 'ABC'],
    ['no parameter and no result', handler('Nothing'), {}, undefined],
    ['a task without a result', handler('Later'), {}, undefined],
    ['a method of a base class', handler('Inherited'), 'me', 'inherited me'],
    ['a stream without a serializer', 'Plain::Plain::Echo', [1, 2], [1, 2]],
    ['more garbage than memory', handler('Greedy'), { Count: 700 }, '700 MB'],
  ])('%s', async (_, name, event, expected) => {
    expect(await run(name, event)).toMatchObject({ functionError: undefined, payload: expected });
  });

  test('an assembly that is a program is its own runtime', async () => {
    expect((await run('Plain', { n: 1 })).payload).toEqual({ handler: 'Plain', event: { n: 1 } });
  });

  test('errors are the caller’s, with their causes and the function’s own trace', async () => {
    const failed = await run(handler('Fail'), { Name: 'x' });
    expect(failed).toMatchObject({ functionError: 'Unhandled' });
    expect(failed.payload).toEqual({
      errorType: 'InvalidOperationException',
      errorMessage: 'asked to fail',
      stackTrace: expect.arrayContaining([expect.stringMatching(/^at Example\.Functions\./)]),
      cause: {
        errorType: 'ArgumentException',
        errorMessage: 'the cause',
        stackTrace: [expect.stringMatching(/^at Example\.Functions\./)],
      },
    });
    expect(JSON.stringify(failed.payload)).not.toContain('Lambent');
    expect(failed.log).toContain('fail\tSystem.InvalidOperationException: asked to fail');
    expect((await run(handler('FailAtOnce'), 'x')).payload).toEqual({
      errorType: 'NotSupportedException',
      errorMessage: 'at once',
      stackTrace: [expect.stringMatching(/^at Example\.Functions\.FailAtOnce/)],
    });
    const wrong = await run(handler('Describe'), 'not an order');
    expect(wrong.payload).toMatchObject({ errorType: 'JsonException' });
  });

  test.each([
    ['Functions::Example.Functions', 'Invalid lambda function handler'],
    ['Functions::::Run', 'the type is missing'],
    ['Nowhere::A::B', "Could not find the specified handler assembly with the file name 'Nowhere'"],
    ['Functions::Example.Nothing::Run', "Unable to load type 'Example.Nothing' from assembly 'Functions'."],
    [handler('Nowhere'), "Unable to find method 'Nowhere' in type 'Example.Functions'"],
    [handler('Overloaded'), 'appears to have a number of overloads'],
    [handler('TooMany'), 'the method has more than 2 parameters'],
    [handler('AsyncVoid'), "it is an 'async void' method"],
    [handler('Generic'), 'it is a generic method'],
    ['Plain::Plain::Text', 'Could not find the LambdaSerializerAttribute'],
  ])('%s is refused: %s', async (name, message) => {
    expect(await run(name, 'x')).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'LambdaValidationException', errorMessage: expect.stringContaining(message) },
    });
  });

  test('what a constructor throws is the cause of what the platform says, as on AWS', async () => {
    expect((await run('Functions::Example.Broken::Run', 'x')).payload).toMatchObject({
      errorType: 'TargetInvocationException',
      cause: { errorType: 'InvalidOperationException', errorMessage: 'cannot be made' },
    });
  });

  test('a result over the limit fails, and the same process serves the next event', async () => {
    const name = `net-${functions + 1}`;
    const tooLong = await run(handler('Long'), { Count: 7_000_000 });
    expect(tooLong).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'Function.ResponseSizeTooLarge' },
    });
    expect((await invoke(server.lambda, name, { Count: 3 })).payload).toBe('xxx');
  });

  test('a process that ends is an exit error', async () => {
    expect((await run(handler('Exits'), {})).payload).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('exit status 3'),
    });
  });

  test('a program that is not in the package is said', async () => {
    const { payload, log } = await run('Missing', {});
    expect(payload).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect(log).toContain('Error: executable assembly');
  });

  test('each call of a logger is one event, with its level', async () => {
    const { log, requestId } = await run(handler('Logs'), { Name: 'x' });
    const events = log.split('\n').filter((line) => line.includes(requestId));
    const said = events.map((line) => line.split('\t').slice(2).join(' '));
    expect(said).toEqual(
      expect.arrayContaining([
        'info two halves',
        'fail on the error stream',
        'info by the logger',
        'warn a warning of 2',
        'fail with an exception',
        'info by the static logger',
      ]),
    );
    expect(log).toContain('\tinfo\tfirst\nsecond\n');
    expect(log).toContain('with an exception\nSystem.InvalidOperationException: inner');
  });

  test.each(['Text', 'JSON'] as const)(
    'half a character is shown as one that is unknown, in %s',
    async (LogFormat) => {
      const { payload, log } = await run(handler('FailOddly'), 'x', { LoggingConfig: { LogFormat } });
      expect(payload).toMatchObject({
        errorType: 'NotSupportedException',
        errorMessage: 'half a pair: \ufffd',
      });
      expect(log.split('half a pair').length).toBeGreaterThan(2);
    },
  );

  test('the time of a log event is written the same way whatever culture the function chooses', async () => {
    const { log } = await run(handler('WithOwnCulture'), 'x');
    expect(log).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t\S+\tinfo\tsaid at \d\d\.\d\d$/m);
  });

  test.skipIf(withoutNamespaces() !== undefined)(
    'a function sees of .NET what it runs on, and nothing beside that',
    async () => {
      const { payload } = await run(handler('Installed'), 'x');
      expect((payload as string[]).toSorted()).toEqual(['dotnet', 'host', 'shared']);
    },
  );

  test('JSON logs have levels, and those below the least are left out', async () => {
    const LoggingConfig = { LogFormat: 'JSON', ApplicationLogLevel: 'WARN' } as const;
    const { log, requestId } = await run(handler('Logs'), { Name: 'x' }, { LoggingConfig });
    const objects = log.split('\n').flatMap((line) => (line.includes('"level"') ? [JSON.parse(line)] : []));
    expect(objects.map(({ level, message }) => [level, message])).toEqual([
      ['Error', 'on the error stream'],
      ['Warning', 'a warning of 2'],
      ['Error', 'with an exception'],
    ]);
    expect(objects[2]).toMatchObject({ requestId, errorType: 'System.InvalidOperationException' });
  });
});

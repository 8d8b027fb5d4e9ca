import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { availableRuntimes, endFunctions, removeEverything, startPackage } from './testing/functions.ts';
import { compileHandlers } from './testing/java-classes.ts';

const runtimes = await availableRuntimes(['java17', 'java25']);
const [first] = runtimes;
const directory = first === undefined ? '' : compileHandlers(first);
afterEach(endFunctions);
afterAll(removeEverything);

describe.each(runtimes)('$id', (runtime) => {
  const start = (handler: string) => startPackage(runtime, handler, directory);
  const failure = async (handler: string, event: unknown = {}) => {
    const running = start(handler);
    await running.initialised();
    const { kind, text, logs } = await running.invoke(event);
    expect(kind).toBe('error');
    return { error: JSON.parse(text) as Record<string, unknown>, logs };
  };

  test('an exception has its type, its message and the function’s own frames', async () => {
    const { error, logs } = await failure('example.Methods::fail', 'checked');
    expect(error).toMatchObject({ errorMessage: 'disk', errorType: 'java.io.IOException' });
    expect((error['stackTrace'] as string[])[0]).toMatch(/^example\.Methods\.fail\(Methods\.java:\d+\)$/);
    expect(JSON.stringify(error)).not.toContain('lambent.');
    expect(logs.join('\n')).toMatch(
      /^disk: java\.io\.IOException\njava\.io\.IOException: disk\n\tat example\.Methods\.fail/,
    );
    expect(logs.join('\n')).toContain('Caused by: java.lang.IllegalStateException: inner');
  });

  test('an exception without a message has its type for one', async () => {
    const { error } = await failure('example.Methods::fail', 'silent');
    expect(error).toMatchObject({ errorMessage: 'java.lang.IllegalArgumentException' });
  });

  test('a failure is that of one event, the next one is served', async () => {
    const running = start('example.Methods::next');
    await running.initialised();
    expect((await running.invoke('x')).kind).toBe('error');
    expect((await running.invoke(1)).text).toBe('2');
  });

  test.each([
    [
      'an event that does not fit',
      'example.Methods::next',
      { a: 1 },
      'An error occurred during JSON parsing',
    ],
    [
      'a result without end',
      'example.Methods::endless',
      {},
      'An error occurred during JSON serialization of response',
    ],
  ])('%s', async (_, handler, event, errorMessage) => {
    const { error } = await failure(handler, event);
    expect(error).toMatchObject({ errorMessage, errorType: 'java.lang.RuntimeException' });
  });

  test('a result of more than 6 MiB', async () => {
    const { error } = await failure('example.Methods::large', 7_000_000);
    expect(error).toEqual({
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      errorType: 'Function.ResponseSizeTooLarge',
    });
  });

  const missing =
    'No public method named hidden with appropriate method signature found on class example.Methods';
  test.each([
    ['', { errorMessage: "Invalid handler: `'" }],
    [
      'example.Nobody',
      { errorMessage: 'Class not found: example.Nobody', errorType: 'java.lang.ClassNotFoundException' },
    ],
    ['example.Methods::hidden', { errorMessage: missing }],
    [
      'example.Methods',
      { errorMessage: 'Class does not implement an appropriate handler interface: example.Methods' },
    ],
    [
      'example.Broken$NeedsMore::handle',
      {
        errorMessage: 'Class example.Broken$NeedsMore has no public zero-argument constructor',
        errorType: 'java.lang.Exception',
      },
    ],
  ])('the handler "%s" fails every invocation', async (handler, expected) => {
    const running = start(handler);
    expect((await running.initialised()).kind).toBe('ready');
    for (const event of [1, 2]) {
      const { kind, text } = await running.invoke(event);
      expect({ kind, error: JSON.parse(text) }).toEqual({ kind: 'error', error: expected });
    }
  });

  test.each([
    [
      'example.Broken$Static::handle',
      {
        errorMessage: 'Error loading class example.Broken$Static',
        errorType: 'java.lang.ExceptionInInitializerError',
      },
    ],
    [
      'example.Broken$Constructed::handle',
      { errorMessage: 'constructed', errorType: 'java.lang.IllegalStateException' },
    ],
  ])('%s fails the initialisation', async (handler, expected) => {
    const running = start(handler);
    const { kind, text } = await running.initialised();
    expect({ kind, error: JSON.parse(text) }).toEqual({ kind: 'error', error: expected });
    expect(await running.exited()).toEqual({ code: 1, signal: null });
  });

  test.each([
    ['exit', { code: 7, signal: null }],
    ['memory', { code: 1, signal: null }],
    ['deep', { code: 1, signal: null }],
  ])('the process ends: %s', async (how, expected) => {
    const running = start('example.Methods::fail');
    await running.initialised();
    await running.invoke(how);
    expect(await running.exited()).toEqual(expected);
  });

  test('it leaves when told to, and when the platform is gone', async () => {
    const [told, left] = [start('example.Methods::echo'), start('example.Methods::echo')];
    await Promise.all([told.initialised(), left.initialised()]);
    told.shutdown();
    left.hangUp();
    expect(await told.exited()).toEqual({ code: 0, signal: null });
    expect(await left.exited()).toEqual({ code: 0, signal: null });
  });
});

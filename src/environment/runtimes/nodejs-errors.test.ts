import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { availableRuntimes, endFunctions, removeEverything, startFunction } from './testing/functions.ts';

const runtimes = await availableRuntimes(['nodejs20.x', 'nodejs22.x', 'nodejs24.x']);

afterEach(endFunctions);
afterAll(removeEverything);

describe.each(runtimes)('$id', (runtime) => {
  const start = async (
    handler: string,
    files: Record<string, string>,
    variables: Record<string, string> = {},
  ) => {
    const process = startFunction(runtime, handler, files, variables);
    return { process, initialised: await process.initialised() };
  };
  const invoke = async (body: string) => {
    const { process } = await start('index.handler', {
      'index.js': `exports.handler = async (event) => { ${body} };`,
    });
    return { process, outcome: await process.invoke({}) };
  };

  test('an error has type, message and trace, and one line in the log', async () => {
    const { process, outcome } = await invoke(
      'throw Object.assign(new TypeError("two\\nlines"), { code: "E1" });',
    );
    expect(outcome.kind).toBe('error');
    const payload = JSON.parse(outcome.text);
    expect(Object.keys(payload)).toEqual(['errorType', 'errorMessage', 'trace']);
    expect(payload).toMatchObject({ errorType: 'TypeError', errorMessage: 'two\nlines' });
    expect(payload.trace.slice(0, 2)).toEqual(['TypeError: two', 'lines']);
    expect(payload.trace[2]).toMatch(/^ {4}at .*index\.js:1:/);
    expect(outcome.logs).toHaveLength(1);
    const [time, requestId, level, title, json] = outcome.logs[0]?.split('\t') ?? [];
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect([requestId, level, title]).toEqual([outcome.requestId, 'ERROR', 'Invoke Error ']);
    const logged = JSON.parse(json ?? '');
    expect(logged).toMatchObject({ errorType: 'TypeError', errorMessage: 'two\nlines', code: 'E1' });
    expect(logged.stack[0]).toBe('TypeError: two');
    expect((await process.invoke({})).kind).toBe('error');
  });

  test.each([
    ['throw "text"', 'string', 'text'],
    ['throw 5', 'number', '5'],
    ['throw { a: 1 }', 'object', '[object Object]'],
    [String.raw`throw Object.assign(new Error("del\x7Fete"), { name: "N\x7F" })`, 'N%7F', 'del%7Fete'],
    ['throw Object.create(null)', 'handled', expect.stringContaining('problem while retrieving')],
    // What only looks like an error is one to AWS's clients up to nodejs22.x.
    runtime.id === 'nodejs24.x'
      ? ['throw { name: "N", message: "M", stack: "S" }', 'object', '[object Object]']
      : ['throw { name: "N", message: "M", stack: "S" }', 'N', 'M'],
    ['class Mine extends Error {}; throw new Mine("m")', 'Error', 'm'],
  ])('%s', async (body, errorType, errorMessage) => {
    const { outcome } = await invoke(body);
    expect(outcome.kind).toBe('error');
    expect(JSON.parse(outcome.text)).toMatchObject({ errorType, errorMessage });
  });

  test.each([['const a = {}; a.a = a; return a;'], ['return 1n;']])('%s cannot be a result', async (body) => {
    const { outcome } = await invoke(body);
    expect(outcome.kind).toBe('error');
    const { errorType, errorMessage } = JSON.parse(outcome.text);
    expect(errorType).toBe(runtime.id === 'nodejs24.x' ? 'Runtime.JSONStringifyError' : 'Error');
    expect(errorMessage).toBe('Unable to stringify response body');
  });

  test('a result over 6 MiB and 100 bytes is refused, one of that size is not', async () => {
    const { process } = await start('index.handler', {
      'index.js': 'exports.handler = async (size) => "x".repeat(size - 2);',
    });
    const largest = await process.invoke(6_291_556);
    expect(largest).toMatchObject({ kind: 'response' });
    expect(largest.text.length).toBe(6_291_556);
    const outcome = await process.invoke(6_291_557);
    expect(outcome.kind).toBe('error');
    expect(JSON.parse(outcome.text)).toEqual({
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      errorType: 'Function.ResponseSizeTooLarge',
    });
    expect((await process.invoke(10)).kind).toBe('response');
  });

  test('an error may be as large as a result, and is shortened beyond that', async () => {
    const { process } = await start('index.handler', {
      'index.js':
        'exports.handler = async (size) => { throw Object.assign(new Error("m".repeat(size)), { stack: "at" }); };',
    });
    for (const [size, kept] of [
      [6_000_000, 6_000_000],
      [6_300_000, 65_536],
    ] as const) {
      const outcome = await process.invoke(size);
      expect(outcome.kind).toBe('error');
      expect((JSON.parse(outcome.text) as { errorMessage: string }).errorMessage.length).toBe(kept);
    }
  });

  test('a promise that never settles is reported, and the next event is answered', async () => {
    const { process } = await start('index.handler', {
      'index.js': 'exports.handler = async (wait) => { if (wait) await new Promise(() => {}); return 1; };',
    });
    const outcome = await process.invoke(true);
    expect(outcome.kind).toBe('error');
    expect(JSON.parse(outcome.text)).toMatchObject({
      errorType: 'Runtime.NodeJsExit',
      errorMessage: expect.stringMatching(/Promise that was never settled/),
    });
    expect(await process.invoke(false)).toMatchObject({ kind: 'response', text: '1' });
  });

  test('an uncaught exception fails the invocation and ends the process', async () => {
    const { process, outcome } = await invoke(
      'setTimeout(() => { throw new Error("late"); }, 1); await new Promise(() => {});',
    );
    expect(outcome.kind).toBe('error');
    expect(JSON.parse(outcome.text)).toMatchObject({ errorType: 'Error', errorMessage: 'late' });
    expect(outcome.logs[0]).toMatch(
      /\tERROR\tUncaught Exception \t\{"errorType":"Error","errorMessage":"late"/,
    );
    expect(await process.exited()).toEqual({ code: 129, signal: null });
  });

  test('an unhandled rejection beside a result fails the invocation from nodejs24.x on, and ends the process', async () => {
    const { process, outcome } = await invoke('Promise.reject(new RangeError("lost")); return 1;');
    const isNew = runtime.id === 'nodejs24.x';
    // The result is the last that it says: no NEXT follows.
    expect([outcome.kind, outcome.text]).toEqual(
      isNew ? ['error', expect.stringContaining('Runtime.UnhandledPromiseRejection')] : ['exit', '1'],
    );
    expect(outcome.logs[0]).toContain('\tERROR\tUnhandled Promise Rejection \t');
    expect(await process.exited()).toEqual({ code: 128, signal: null });
  });

  test('an unhandled rejection fails the invocation and ends the process', async () => {
    const { process, outcome } = await invoke(
      'Promise.reject(new RangeError("lost")); await new Promise(() => {});',
    );
    expect(outcome.kind).toBe('error');
    const { errorType, errorMessage, trace } = JSON.parse(outcome.text);
    expect({ errorType, errorMessage }).toEqual({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'RangeError: lost',
    });
    expect(trace[0]).toBe('Runtime.UnhandledPromiseRejection: RangeError: lost');
    expect(outcome.logs[0]).toMatch(
      /\tERROR\tUnhandled Promise Rejection \t\{"errorType":"Runtime.UnhandledPromiseRejection".*"reason":\{"errorType":"RangeError".*\},"promise":\{\},"stack":/,
    );
    expect(await process.exited()).toEqual({ code: 128, signal: null });
  });

  test.each([
    [
      'index.missing',
      { 'index.js': 'exports.handler = 1;' },
      'HandlerNotFound',
      'index.missing is undefined or not exported',
    ],
    [
      'index.handler',
      { 'index.js': 'exports.handler = 1;' },
      'HandlerNotFound',
      'index.handler is not a function',
    ],
    ['index', { 'index.js': '' }, 'MalformedHandlerName', 'Bad handler'],
    [
      '../index.handler',
      { 'index.js': '' },
      'MalformedHandlerName',
      "'../index.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.",
    ],
    [
      'absent.handler',
      { 'index.js': '' },
      'ImportModuleError',
      /^Error: Cannot find module 'absent'\nRequire stack:\n/,
    ],
    [
      'index.handler',
      { 'index.js': 'require("nowhere")' },
      'ImportModuleError',
      /^Error: Cannot find module 'nowhere'\nRequire stack:\n- .*index\.js/,
    ],
    [
      'index.handler',
      { 'index.js': 'exports.handler = async () => {' },
      'UserCodeSyntaxError',
      /^SyntaxError: Unexpected end of input$/,
    ],
    [
      'index.handler',
      { 'index.js': 'import fs from "node:fs";' },
      'UserCodeSyntaxError',
      'SyntaxError: Cannot use import statement outside a module',
    ],
    [
      'index.handler',
      { 'index.mjs': 'export const = 1;' },
      'UserCodeSyntaxError',
      /^SyntaxError: Unexpected token/,
    ],
  ])('%s of %j fails with %s', async (handler, files, type, message) => {
    const { process, initialised } = await start(handler, files);
    expect(initialised.kind).toBe('error');
    const payload = JSON.parse(initialised.text);
    expect(payload.errorType).toBe(`Runtime.${type}`);
    expect(payload.errorMessage).toMatch(message);
    expect(payload.trace[0]).toBe(`Runtime.${type}: ${payload.errorMessage.split('\n')[0]}`);
    // Node.js may add a warning of its own before.
    const [, requestId, level, title, error] = initialised.logs.at(-1)?.split('\t') ?? [];
    const isNew = runtime.id === 'nodejs24.x';
    expect([requestId, level]).toEqual([isNew ? '-' : 'undefined', 'ERROR']);
    expect(title).toBe(isNew ? 'Init Error ' : 'Uncaught Exception ');
    expect(error).toMatch(/^\{"errorType":"Runtime\./);
    expect(await process.exited()).toEqual({ code: 129, signal: null });
  });

  test('an error of the top-level code is reported as it is', async () => {
    const { initialised } = await start('index.handler', { 'index.js': 'throw new RangeError("at start");' });
    expect(JSON.parse(initialised.text)).toMatchObject({ errorType: 'RangeError', errorMessage: 'at start' });
    const module = await start('index.handler', {
      'index.mjs': 'await Promise.reject(new RangeError("at start"));',
    });
    expect(JSON.parse(module.initialised.text)).toMatchObject({
      errorType: 'RangeError',
      errorMessage: 'at start',
    });
  });

  test('a syntax error shows where it is', async () => {
    const { initialised } = await start('index.handler', { 'index.js': '\n\nconst const = 1;' });
    expect(JSON.parse(initialised.text).trace.join('\n')).toMatch(/index\.js:3/);
  });

  test('a process that ends during the start leaves no error behind', async () => {
    const { process, initialised } = await start('index.handler', { 'index.js': 'process.exit(7);' });
    expect(initialised).toMatchObject({ kind: 'exit' });
    expect(await process.exited()).toEqual({ code: 7, signal: null });
  });
});

import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { availableRuntimes, endFunctions, removeEverything, startFunction } from './testing/functions.ts';

const minors = [9, 10, 11, 12, 13, 14];
const runtimes = await availableRuntimes(minors.map((minor) => `python3.${minor}`));

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

  test('an exception has message, type, request id and stack, and one event in the log', async () => {
    const { process } = await start('h.handler', {
      'h.py':
        'def handler(event, context):\n    inner()\n\ndef inner():\n    raise ValueError("two\\nlines")\n',
    });
    const outcome = await process.invoke({});
    expect(outcome.kind).toBe('error');
    const payload = JSON.parse(outcome.text);
    expect(Object.keys(payload)).toEqual(['errorMessage', 'errorType', 'requestId', 'stackTrace']);
    expect(payload).toMatchObject({
      errorMessage: 'two\nlines',
      errorType: 'ValueError',
      requestId: outcome.requestId,
      stackTrace: [
        expect.stringMatching(/^ {2}File "[^"]*\/h\.py", line 2, in handler\n {4}inner\(\)\n$/),
        expect.stringMatching(
          /^ {2}File "[^"]*\/h\.py", line 5, in inner\n {4}raise ValueError\("two\\nlines"\)\n$/,
        ),
      ],
    });
    expect(outcome.logs).toHaveLength(1);
    const lines = outcome.logs[0]?.split('\n') ?? [];
    expect(lines.slice(0, 3)).toEqual([
      '[ERROR] ValueError: two',
      'lines',
      'Traceback (most recent call last):',
    ]);
    expect(lines[3]).toMatch(/^\u00a0\u00a0File "[^"]*\/h\.py", line 2, in handler$/);
    expect(lines[4]).toBe('\u00a0\u00a0\u00a0\u00a0inner()');
    expect((await process.invoke({})).kind).toBe('error');
  });

  test.each([
    ['{1, 2}', 'Unable to marshal response: Object of type set is not JSON serializable'],
    ['datetime.now()', 'Unable to marshal response: Object of type datetime is not JSON serializable'],
    ['{(1, 2): 3}', 'Unable to marshal response: keys must be str, int, float, bool or None, not tuple'],
    ['loop', 'Unable to marshal response: Circular reference detected'],
  ])('%s cannot be a result', async (expression, errorMessage) => {
    const { process } = await start('h.handler', {
      'h.py': `from datetime import datetime\nloop = []\nloop.append(loop)\ndef handler(event, context):\n    return ${expression}\n`,
    });
    const outcome = await process.invoke({});
    expect(outcome.kind).toBe('error');
    expect(JSON.parse(outcome.text)).toEqual({
      errorMessage,
      errorType: 'Runtime.MarshalError',
      requestId: outcome.requestId,
      stackTrace: [],
    });
    expect(outcome.logs[0]).toContain(`[ERROR] Runtime.MarshalError: ${errorMessage}`);
  });

  test('an event that is no JSON is an error of its own', async () => {
    const { process } = await start('h.handler', {
      'h.py': 'def handler(event, context):\n    return event\n',
    });
    for (const text of ['{"a":', '', '1 2', '{"a" 1}']) {
      const outcome = await process.invokeBytes(Buffer.from(text));
      expect(outcome.kind).toBe('error');
      expect(JSON.parse(outcome.text)).toMatchObject({
        errorType: 'Runtime.UnmarshalError',
        errorMessage: expect.stringMatching(/^Unable to unmarshal input: .+: line 1 column \d/),
      });
    }
    expect((await process.invokeBytes(Buffer.from(' [1, NaN]\n'))).text).toBe('[1, NaN]');
  });

  test('an error may be as large as a result, and is shortened beyond that', async () => {
    const { process } = await start('h.handler', {
      'h.py': 'def handler(event, context):\n    raise Exception("m" * event)\n',
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

  test('a result over 6 MiB and 100 bytes is refused', async () => {
    const { process } = await start('h.handler', {
      'h.py': 'def handler(event, context):\n    return "x" * (event - 2)\n',
    });
    const largest = await process.invoke(6_291_556);
    expect([largest.kind, largest.text.length]).toEqual(['response', 6_291_556]);
    const outcome = await process.invoke(6_291_557);
    expect(outcome.kind).toBe('error');
    expect(JSON.parse(outcome.text)).toEqual({
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      errorType: 'Function.ResponseSizeTooLarge',
    });
  });

  test.each([
    ['h.missing', { 'h.py': '' }, 'HandlerNotFound', "Handler 'missing' missing on module 'h'"],
    [
      'h',
      { 'h.py': '' },
      'MalformedHandlerName',
      "Bad handler 'h': not enough values to unpack (expected 2, got 1)",
    ],
    [
      'absent.handler',
      { 'h.py': '' },
      'ImportModuleError',
      "Unable to import module 'absent': No module named 'absent'",
    ],
    [
      'pkg/mod.handler',
      { 'h.py': '' },
      'ImportModuleError',
      "Unable to import module 'pkg/mod': No module named 'pkg'",
    ],
    [
      'h.handler',
      { 'h.py': 'import nowhere' },
      'ImportModuleError',
      "Unable to import module 'h': No module named 'nowhere'",
    ],
    [
      'sys.handler',
      { 'h.py': '' },
      'BuiltInModuleConflict',
      'Cannot use built-in module sys as a handler module',
    ],
  ])('%s of %j fails with %s', async (handler, files, type, errorMessage) => {
    const { process, initialised } = await start(handler, files);
    expect(initialised.kind).toBe('error');
    expect(JSON.parse(initialised.text)).toEqual({
      errorMessage,
      errorType: `Runtime.${type}`,
      requestId: '',
      stackTrace: [],
    });
    expect(initialised.logs).toEqual([
      expect.stringMatching(
        /^\[WARNING\]\t\S+Z\t\tLAMBDA_WARNING: Unhandled exception\. The most likely cause is .*\.html\r$/,
      ),
      `[ERROR] Runtime.${type}: ${errorMessage}\nTraceback (most recent call last):`,
    ]);
    expect(await process.exited()).toEqual({ code: 1, signal: null });
  });

  test('a syntax error shows file and line', async () => {
    const { initialised } = await start('h.handler', { 'h.py': '\ndef handler(:\n' });
    const payload = JSON.parse(initialised.text);
    expect(payload).toMatchObject({ errorType: 'Runtime.UserCodeSyntaxError', requestId: '' });
    expect(payload.errorMessage).toMatch(/^Syntax error in module 'h': invalid syntax \(h\.py, line 2\)$/);
    expect(payload.stackTrace[0]).toMatch(/^ {2}File "[^"]*\/h\.py" Line 2\n {4}def handler\(:\n$/);
  });

  test('an exception of the module is reported as it is', async () => {
    const { initialised } = await start('h.handler', { 'h.py': 'raise RuntimeError("at start")\n' });
    const payload = JSON.parse(initialised.text);
    expect(payload).toMatchObject({ errorMessage: 'at start', errorType: 'RuntimeError', requestId: '' });
    expect(payload.stackTrace.at(-1)).toMatch(
      /^ {2}File "[^"]*\/h\.py", line 1, in <module>\n {4}raise RuntimeError\("at start"\)\n$/,
    );
    expect(payload.stackTrace.join('')).not.toContain('lambent_');
  });

  test('a client context that is no JSON fails the invocation', async () => {
    const { process } = await start('h.handler', { 'h.py': 'def handler(event, context):\n    pass\n' });
    const outcome = await process.invoke({}, { clientContext: '{no' });
    expect(outcome.kind).toBe('error');
    expect(JSON.parse(outcome.text)).toMatchObject({
      errorType: 'Runtime.LambdaContextUnmarshalError',
      errorMessage: expect.stringMatching(/^Unable to parse Client Context JSON: Expecting property name/),
    });
    expect((await process.invoke({})).kind).toBe('response');
  });

  test('a process that ends during the start leaves no error behind', async () => {
    const { process, initialised } = await start('h.handler', {
      'h.py': 'import sys\nprint("going")\nsys.exit(7)\n',
    });
    expect(initialised).toMatchObject({ kind: 'exit', logs: ['going'] });
    expect(await process.exited()).toEqual({ code: 7, signal: null });
  });

  test('text that UTF-8 cannot hold does not break the report', async () => {
    const { process } = await start('h.handler', {
      'h.py': 'def handler(event, context):\n    raise ValueError("\\udcff")\n',
    });
    const outcome = await process.invoke({});
    expect(outcome.kind).toBe('error');
    expect(JSON.parse(outcome.text)).toMatchObject({ errorType: 'ValueError' });
  });
});

import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { availableRuntimes, endFunctions, removeEverything, startFunction } from './testing/functions.ts';

const runtimes = await availableRuntimes(['nodejs20.x', 'nodejs22.x', 'nodejs24.x']);
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

afterEach(endFunctions);
afterAll(removeEverything);

describe.each(runtimes)('$id', (runtime) => {
  const run = async (body: string, variables: Record<string, string> = {}) => {
    const source = `exports.handler = async (event) => { ${body} };`;
    const process = startFunction(runtime, 'index.handler', { 'index.js': source }, variables);
    await process.initialised();
    return await process.invoke({});
  };

  test('console writes time, request id and level', async () => {
    const { logs, requestId } = await run(
      'for (const level of ["log", "info", "debug", "warn", "error", "trace", "fatal"]) console[level]("to %s", level, { a: 1 });',
    );
    const fields = logs.map((line) => line.split('\t'));
    expect(fields.every(([time]) => ISO.test(time ?? ''))).toBe(true);
    expect(fields.map(([, ...rest]) => rest)).toEqual([
      [requestId, 'INFO', 'to log { a: 1 }'],
      [requestId, 'INFO', 'to info { a: 1 }'],
      [requestId, 'DEBUG', 'to debug { a: 1 }'],
      [requestId, 'WARN', 'to warn { a: 1 }'],
      [requestId, 'ERROR', 'to error { a: 1 }'],
      [requestId, 'TRACE', 'to trace { a: 1 }'],
      [requestId, 'FATAL', 'to fatal { a: 1 }'],
    ]);
  });

  test('console messages of several lines are one event', async () => {
    const { logs } = await run(
      'console.log("one\\ntwo"); console.log(); console.log("100%", 5); console.table([[1]]);',
    );
    expect(logs.map((line) => line.split('\t')[3])).toEqual([
      'one\rtwo',
      'undefined',
      '100% 5',
      expect.stringContaining('│ 0       │ 1 │\r'),
    ]);
  });

  const none = runtime.id === 'nodejs24.x' ? '-' : 'undefined';

  test('what the start prints has no request id yet', async () => {
    const process = startFunction(runtime, 'index.handler', {
      'index.js': 'console.log("starting"); process.stdout.write("half"); exports.handler = async () => 1;',
    });
    const { logs } = await process.initialised();
    expect(logs.map((line) => line.split('\t').slice(1))).toEqual([[none, 'INFO', 'starting'], []]);
    expect(logs[1]).toBe('half');
  });

  test('streams are cut into lines, in order with console', async () => {
    const { logs, text } = await run(`
      process.stdout.write('one\\ntwo\\nhal');
      console.log('between');
      process.stdout.write('f\\n');
      process.stderr.write('error');
      process.stdout.write(Buffer.from('\\u00fc'), () => console.log('written'));
      return process.stdout.write('') && process.stdout.fd;
    `);
    expect(text).toBe('1');
    expect(logs.map((line) => line.split('\t').at(-1))).toEqual([
      'one',
      'two',
      'between',
      'half',
      'written',
      'ü',
      'error',
    ]);
  });

  test('a stream stays open whatever is done to it', async () => {
    const { logs } = await run(
      'process.stdout.end("last\\n"); await null; console.log("still"); console.dir(1);',
    );
    expect(logs[0]).toBe('last');
    expect(logs[1]).toContain('still');
  });

  test('long lines arrive whole, or in pieces over 1 MiB', async () => {
    const { logs } = await run(
      'process.stdout.write("a".repeat(1_000_000) + "\\n" + "b".repeat(3_000_000) + "\\n");',
    );
    expect(logs[0]).toBe('a'.repeat(1_000_000));
    expect(logs.slice(1).join('')).toBe('b'.repeat(3_000_000));
    expect(Math.max(...logs.map((line) => line.length))).toBeLessThan(1024 * 1024);
  });

  test('a great many lines get through', async () => {
    const { logs } = await run('for (let n = 0; n < 20_000; n += 1) console.log(n);');
    expect(logs).toHaveLength(20_000);
    expect(logs.at(-1)).toMatch(/\t19999$/);
  });

  test('JSON format says so too, and shows the fields of an error behind a text, or of the first', async () => {
    const process = startFunction(
      runtime,
      'index.handler',
      {
        'index.js': `console.log('starting'); console.log(new TypeError('no'), 1); exports.handler = async () => 1;`,
      },
      { AWS_LAMBDA_LOG_FORMAT: 'JSON' },
    );
    const { logs } = await process.initialised();
    const [first, second] = logs.map((line) => JSON.parse(line) as Record<string, unknown>);
    const isNew = runtime.id === 'nodejs24.x';
    expect(first?.['requestId']).toBe(isNew ? '-' : undefined);
    expect(second?.['errorType']).toBe(isNew ? undefined : 'TypeError');
  });

  test('other code finds the request where the client of the time keeps it', async () => {
    const { text, requestId } = await run(
      `const id = Symbol.for('aws.lambda.runtime.requestId');
       return [globalThis[id] ?? null, awslambda.InvokeStore?.getRequestId() ?? null];`,
    );
    expect(JSON.parse(text)).toEqual(runtime.id === 'nodejs24.x' ? [null, requestId] : [requestId, null]);
  });

  test('JSON format writes objects', async () => {
    const { logs, requestId } = await run(
      `console.log('text'); console.log({ a: 1 }); console.warn('two', { b: 2 }); console.error('bad', new TypeError('no'));
       console.error(new TypeError('alone')); const loop = {}; loop.loop = loop; console.log(loop); console.debug('hidden');`,
      { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'INFO' },
    );
    const entries = logs.map((line) => JSON.parse(line));
    expect(entries.every(({ timestamp }) => ISO.test(timestamp))).toBe(true);
    expect(entries.map((entry) => ({ ...entry, timestamp: undefined }))).toEqual([
      { level: 'INFO', requestId, message: 'text' },
      { level: 'INFO', requestId, message: { a: 1 } },
      { level: 'WARN', requestId, message: 'two { b: 2 }' },
      expect.objectContaining({
        level: 'ERROR',
        message: expect.stringContaining('bad TypeError: no'),
        errorType: 'TypeError',
        errorMessage: 'no',
        stackTrace: expect.arrayContaining(['TypeError: no']),
      }),
      {
        level: 'ERROR',
        requestId,
        message: { errorType: 'TypeError', errorMessage: 'alone', stackTrace: expect.any(Array) },
      },
      { level: 'INFO', requestId, message: expect.stringContaining('[Circular *1]') },
    ]);
    expect(Object.keys(entries[0])).toEqual(['timestamp', 'level', 'requestId', 'message']);
  });

  test('JSON format names the tenant', async () => {
    const source = 'exports.handler = async (event, context) => console.log(context.tenantId);';
    const variables = { AWS_LAMBDA_LOG_FORMAT: 'JSON' };
    const process = startFunction(runtime, 'index.handler', { 'index.js': source }, variables);
    await process.initialised();
    const { logs } = await process.invoke({}, { tenantId: 'blue' });
    expect(JSON.parse(logs[0] ?? '')).toMatchObject({ message: 'blue', tenantId: 'blue' });
    expect(JSON.parse((await process.invoke({})).logs[0] ?? '')).not.toHaveProperty('tenantId');
  });

  test('JSON format reports errors of the handler', async () => {
    const { logs, requestId } = await run('throw new Error("no");', { AWS_LAMBDA_LOG_FORMAT: 'JSON' });
    expect(logs.map((line) => JSON.parse(line))).toEqual([
      {
        timestamp: expect.stringMatching(ISO),
        level: 'ERROR',
        requestId,
        message: { errorType: 'Error', errorMessage: 'no', stackTrace: expect.any(Array) },
      },
    ]);
  });
});

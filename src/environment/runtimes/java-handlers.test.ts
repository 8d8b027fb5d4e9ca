import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { availableRuntimes, endFunctions, removeEverything, startPackage } from './testing/functions.ts';
import { compileHandlers } from './testing/java-classes.ts';

const runtimes = await availableRuntimes(['java8.al2', 'java11', 'java17', 'java21', 'java25']);
const [first] = runtimes;
const directory = first === undefined ? '' : compileHandlers(first);
afterEach(endFunctions);
afterAll(removeEverything);

describe.each(runtimes)('$id', (runtime) => {
  const start = async (handler: string, variables: Readonly<Record<string, string>> = {}) => {
    const started = startPackage(runtime, `example.${handler}`, directory, variables);
    expect((await started.initialised()).kind).toBe('ready');
    return started;
  };
  const answer = async (handler: string, event: unknown): Promise<unknown> => {
    const { kind, text, logs } = await (await start(handler)).invoke(event);
    expect({ kind, logs }).toEqual({ kind: 'response', logs: [] });
    return JSON.parse(text);
  };

  test('RequestHandler: JSON becomes the handler’s own types, and back', async () => {
    const order = {
      items: [{ name: 'bolt', count: '3' }],
      totals: { all: 12_345_678_901 },
      price: 1.5,
      kind: 'TRADE',
      when: 1_700_000_000_000,
      numbers: [1, 2],
      more: [{ name: 'nut', unknown: true }],
      note: 'ü"\n',
    };
    expect(await answer('Orders', order)).toEqual({
      lines: ['3 bolt', '{all=12345678901} 2 nut'],
      price: 1.5,
      kind: 'TRADE',
      when: 1_700_000_000_000,
      later: 1_700_000_000.123,
      URL: 'https://example.com/ü"\n',
      paid: true,
      bytes: 'AQID',
    });
  });

  test('RequestStreamHandler: bytes in, bytes out', async () => {
    const { kind, text } = await (await start('Upper')).invokeBytes(Buffer.from('not json'));
    expect({ kind, text }).toEqual({ kind: 'response', text: 'NOT JSON' });
  });

  test.each([
    ['echo', { a: [1, 2.5, null, true], b: { c: 'x' }, n: null }, { a: [1, 2.5, null, true], b: { c: 'x' } }],
    ['shout', 'hey', 'hey!'],
    ['next', '41', 42],
    ['nothing', {}, null],
    ['count', { a: 1, b: 2 }, 2],
    ['several', 'x', 'two'],
  ])('a method: %s', async (name, event, expected) => {
    expect(await answer(`Methods::${name}`, event)).toEqual(expected);
  });

  test('a method of streams', async () => {
    const { text } = await (await start('Methods::copy')).invokeBytes(Buffer.from('abc'));
    expect(text).toBe('ABC');
  });

  test('the context, again and again in the same process', async () => {
    const running = await start('Methods::context');
    const once = { clientContext: '{"custom":{"k":"v"}}', cognitoIdentity: '{"cognitoIdentityId":"who"}' };
    const a = await running.invoke({}, { ...once, traceId: 'Root=1-2-3', tenantId: 'blue' });
    const b = await running.invoke({});
    const isEarly = /^java(8|11)/.test(runtime.id);
    expect(JSON.parse(a.text)).toEqual({
      calls: 1,
      id: a.requestId,
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      function: 'f $LATEST',
      memory: 128,
      log: '/aws/lambda/f 2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef',
      hasTime: true,
      custom: { k: 'v' },
      identity: 'who',
      tenant: 'blue',
      trace: 'Root=1-2-3',
      traceVariable: isEarly ? 'Root=1-2-3' : 'null',
      temporary: true,
    });
    expect(JSON.parse(b.text)).toMatchObject({ calls: 2, custom: 'none', traceVariable: 'null' });
    expect(JSON.parse(b.text)).not.toHaveProperty('trace');
  });

  test('what it prints and logs comes before its response', async () => {
    const { logs } = await (await start('Methods::log')).invoke({});
    expect(logs).toEqual([
      'printed',
      'to err',
      'logged\nin two',
      '[DEBUG] quiet',
      '[WARN] loud',
      'anywhere',
      'unended',
      'in two',
    ]);
  });

  test('JSON logs have a level, and those below the lowest are left out', async () => {
    const variables = { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'INFO' };
    const { logs, requestId } = await (await start('Methods::log', variables)).invoke({});
    const lines = logs.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as object);
    const timestamp: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const of = { timestamp, AWSRequestId: requestId };
    expect(lines).toEqual([
      { ...of, message: 'logged\nin two\n', level: 'UNDEFINED' },
      { ...of, message: 'loud', level: 'WARN' },
      { ...of, message: 'anywhere', level: 'UNDEFINED' },
    ]);
  });

  test('JSON logs name the tenant', async () => {
    const running = await start('Methods::log', { AWS_LAMBDA_LOG_FORMAT: 'JSON' });
    const firstLog = async (header: object) =>
      JSON.parse((await running.invoke({}, header)).logs.find((line) => line.startsWith('{')) ?? '');
    expect(await firstLog({ tenantId: 'blue' })).toMatchObject({ tenantId: 'blue' });
    expect(await firstLog({})).not.toHaveProperty('tenantId');
  });
});

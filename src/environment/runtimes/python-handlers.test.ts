import { afterAll, afterEach, describe, expect, test } from 'vitest';
import {
  availableRuntimes,
  endFunctions,
  removeEverything,
  startFunction,
  writePackage,
} from './testing/functions.ts';
import { nextRequestId } from './testing/runtime-process.ts';

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
    expect(await process.initialised()).toMatchObject({ kind: 'ready', logs: [] });
    return process;
  };
  const echo = 'def handler(event, context):\n    return event\n';
  const evaluate = async (expression: string, imports = '') => {
    const process = await start('h.handler', {
      'h.py': `${imports}\ndef handler(event, context):\n    return ${expression}\n`,
    });
    return await process.invoke({});
  };

  test('answers one event after another in the same process', async () => {
    const process = await start('h.handler', {
      'h.py':
        'n = 0\ndef handler(event, context):\n    global n\n    n += 1\n    return {"n": n, "event": event}\n',
    });
    for (const n of [1, 2, 3]) {
      const requestId = nextRequestId();
      const outcome = await process.invoke({ text: 'grüße 🎈', list: [n, 1.5, null, true] }, { requestId });
      expect(outcome).toMatchObject({ kind: 'response', requestId, logs: [] });
      expect(JSON.parse(outcome.text)).toEqual({
        n,
        event: { text: 'grüße 🎈', list: [n, 1.5, null, true] },
      });
    }
  });

  test('takes and gives payloads larger than one read', async () => {
    const process = await start('h.handler', { 'h.py': echo });
    for (const size of [10, 65_000, 65_536, 200_000, 2_000_000, 10]) {
      const event = 'a'.repeat(size);
      const outcome = await process.invoke(event);
      expect(outcome.kind).toBe('response');
      expect(JSON.parse(outcome.text) === event).toBe(true);
    }
  });

  test.each([
    ['pkg/mod.handler', { 'pkg/mod.py': echo }],
    ['pkg.mod.handler', { 'pkg/__init__.py': '', 'pkg/mod.py': echo }],
    ['json_tools.handler', { 'json_tools.py': `import json, logging, decimal\n${echo}` }],
  ])('finds %s', async (handler, files) => {
    const process = await start(handler, files);
    expect(await process.invoke(7)).toMatchObject({ kind: 'response', text: '7' });
  });

  test('gives the context of AWS', async () => {
    const names =
      'aws_request_id log_group_name log_stream_name function_name memory_limit_in_mb function_version invoked_function_arn tenant_id';
    const process = await start('h.handler', {
      'h.py': `import os
def handler(event, context):
    result = {name: getattr(context, name) for name in "${names}".split()}
    result["remaining"] = context.get_remaining_time_in_millis()
    result["trace"] = os.environ.get("_X_AMZN_TRACE_ID")
    result["identity"] = [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id]
    client = context.client_context
    result["client"] = client and [client.client.installation_id, client.client.app_title, client.custom, client.env]
    return result
`,
    });
    const requestId = nextRequestId();
    const outcome = await process.invoke(
      {},
      {
        requestId,
        deadlineMs: Date.now() + 60_000,
        traceId: 'Root=1-2-3',
        clientContext: '{"client":{"installation_id":"i"},"custom":{"a":"b"}}',
        cognitoIdentity: '{"cognitoIdentityId":"id","cognitoIdentityPoolId":"pool"}',
      },
    );
    const { remaining, ...context } = JSON.parse(outcome.text);
    expect(context).toEqual({
      function_name: 'f',
      function_version: '$LATEST',
      memory_limit_in_mb: '128',
      log_group_name: '/aws/lambda/f',
      log_stream_name: '2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef',
      invoked_function_arn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      aws_request_id: requestId,
      tenant_id: null,
      client: ['i', null, { a: 'b' }, null],
      identity: ['id', 'pool'],
      trace: 'Root=1-2-3',
    });
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(60_000);
    expect(JSON.parse((await process.invoke({}, { deadlineMs: 1 })).text)).toMatchObject({
      remaining: 0,
      trace: null,
      client: null,
      identity: [null, null],
    });
  });

  test('gives the trace context of the caller, which is not in the client context', async () => {
    const process = await start('h.handler', {
      'h.py': `def handler(event, context):
    given = context.w3c()
    given["own"] = 1
    client = context.client_context
    return [context.w3c(), client and client.custom, hasattr(client, "w3c")]
`,
    });
    const outcome = async (clientContext?: string) => {
      const { text } = await process.invoke({}, clientContext === undefined ? {} : { clientContext });
      return JSON.parse(text) as unknown;
    };
    const w3c = { traceparent: '00-1-2-01', tracestate: 'a=b', baggage: 7, other: 'no' };
    expect(await outcome(JSON.stringify({ w3c, custom: { a: 'b' } }))).toEqual([
      { traceparent: '00-1-2-01', tracestate: 'a=b' },
      { a: 'b' },
      false,
    ]);
    expect(await outcome('{"w3c": "text"}')).toEqual([{}, null, false]);
    expect(await outcome()).toEqual([{}, null, false]);
  });

  test.each([
    ['Point(1, (2, Point(3, None)))', '{"x": 1, "y": [2, {"x": 3, "y": null}]}'],
    [
      '[{"a": [Point(1, 2)] * 2}] + [0] * 20',
      `[{"a": [${Array(2).fill('{"x": 1, "y": 2}').join(', ')}]}${', 0'.repeat(20)}]`,
    ],
    ['{"a": Fields()}', '{"a": {"of": 1}}'],
    ['{b"key": 1}', '{"key": 1}'],
    ['(1, [], {})', '[1, [], {}]'],
  ])('names the fields of %s', async (expression, text) => {
    const imports =
      'from collections import namedtuple\nPoint = namedtuple("Point", "x y")\nclass Fields:\n    def _asdict(self):\n        return {"of": 1}';
    expect(await evaluate(expression, imports)).toMatchObject({ kind: 'response', text });
  });

  test('names the fields of what is among many', async () => {
    const { text } = await evaluate(
      '{**{str(n): [n] for n in range(20)}, b"key": [Point(1, 2)]}',
      'from collections import namedtuple\nPoint = namedtuple("Point", "x y")',
    );
    expect(text).toMatch(/"19": \[19\], "key": \[\{"x": 1, "y": 2\}\]\}$/);
  });

  test.each([
    ['None', 'null'],
    ['"text"', '"text"'],
    ['[1, 2.0, True, {"a": None}]', '[1, 2.0, true, {"a": null}]'],
    ['{1: 2, None: 3, True: 4, 1.5: 5}', '{"1": 4, "null": 3, "1.5": 5}'],
    ['(1, 2)', '[1, 2]'],
    ['float("nan")', 'NaN'],
    ['float("inf")', 'Infinity'],
    ['b"raw bytes"', 'raw bytes'],
    ['{"a": b"bytes"}', '{"a": "bytes"}'],
  ])('returns %s as %s', async (expression, text) => {
    expect(await evaluate(expression)).toMatchObject({ kind: 'response', text });
  });

  test('returns decimals as numbers with all their digits', async () => {
    const { text } = await evaluate(
      '[D("1.10"), {"a": D("12345678901234567890.123456789")}, D("NaN"), D("1E+3")]',
      'from decimal import Decimal as D',
    );
    expect(text).toBe('[1.10, {"a": 12345678901234567890.123456789}, NaN, 1E+3]');
  });

  test('escapes characters beyond ASCII up to python3.11', async () => {
    const { text } = await evaluate(String.raw`"gr\u00fc\u00dfe \U0001f388 \" \n"`);
    expect(JSON.parse(text)).toBe('grüße 🎈 " \n');
    expect(text.includes('ü')).toBe(Number(runtime.id.split('.')[1]) >= 12);
  });

  test('finds the function first, then layers, then the interpreter', async () => {
    const process = await start('h.handler', {
      'h.py':
        'import sys, os\ndef handler(event, context):\n    return [sys.path, os.environ["LAMBDA_TASK_ROOT"], sys.argv]\n',
    });
    const [path, root, argv] = JSON.parse((await process.invoke({})).text);
    expect(path[0]).toBe(root);
    expect(path[1]).toMatch(/runtimes\/python-/);
    expect(path).toEqual(expect.arrayContaining([expect.stringMatching(/(?:site|dist)-packages$/)]));
    expect(argv).toHaveLength(1);
  });

  test('packages of a layer are found, with what their .pth files add', async () => {
    const minor = runtime.id.slice('python'.length);
    const layer = writePackage({
      [`lib/python${minor}/site-packages/one.py`]: 'value = 1',
      [`lib/python${minor}/site-packages/more.pth`]: 'extra',
      [`lib/python${minor}/site-packages/extra/three.py`]: 'value = 3',
      'two.py': 'value = 2',
    });
    const layered = (path: string): string => path.replace(/^\/opt\/python/, layer);
    const process = startFunction(
      { ...runtime, argv: (inside, memoryMb) => runtime.argv((path) => inside(layered(path)), memoryMb) },
      'h.handler',
      {
        'h.py':
          'import one, two, three\ndef handler(event, context):\n    return [one.value, two.value, three.value]\n',
      },
    );
    expect(await process.initialised()).toMatchObject({ kind: 'ready' });
    expect((await process.invoke({})).text).toBe('[1, 2, 3]');
  });
});

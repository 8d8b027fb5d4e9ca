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
        deadlineMs: Date.now() + 3000,
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
    expect(remaining).toBeLessThanOrEqual(3000);
    expect(JSON.parse((await process.invoke({}, { deadlineMs: 1 })).text)).toMatchObject({
      remaining: 0,
      trace: null,
      client: null,
      identity: [null, null],
    });
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
    const process = startFunction(
      { ...runtime, argv: (inside) => replaceLast(runtime.argv(inside), layer) },
      'h.handler',
      {
        'h.py':
          'import one, two, three\ndef handler(event, context):\n    return [one.value, two.value, three.value]\n',
      },
    );
    expect(await process.initialised()).toMatchObject({ kind: 'ready' });
    expect((await process.invoke({})).text).toBe('[1, 2, 3]');
  });

  test('leaves on SHUTDOWN and when the platform hangs up', async () => {
    const first = await start('h.handler', { 'h.py': `import atexit\natexit.register(input)\n${echo}` });
    first.shutdown();
    expect(await first.exited()).toEqual({ code: 0, signal: null });
    const second = await start('h.handler', { 'h.py': echo });
    second.hangUp();
    expect(await second.exited()).toEqual({ code: 0, signal: null });
  });

  test.each([
    ['sys.exit(3)', 3],
    ['sys.exit()', 0],
    ['os._exit(4)', 4],
    ['sys.exit("said before leaving")', 1],
  ])('%s ends the process', async (statement, code) => {
    const process = await start('h.handler', {
      'h.py': `import os, sys\ndef handler(event, context):\n    print("half", end="")\n    ${statement}\n`,
    });
    const outcome = await process.invoke({});
    expect(outcome.kind).toBe('exit');
    expect(await process.exited()).toEqual({ code, signal: null });
    if (!statement.startsWith('os')) expect(outcome.logs[0]).toBe('half');
    if (statement.includes('said')) expect(outcome.logs[1]).toBe('said before leaving');
  });

  test('child processes do not reach the channel, what they print takes the pipe', async () => {
    const process = await start('h.handler', {
      'h.py': `import os, subprocess, sys
def handler(event, context):
    subprocess.run(["/bin/sh", "-c", "echo from a child; ls -l /proc/self/fd >&2"], stdout=sys.stdout, stderr=sys.stderr, close_fds=False)
    pid = os.fork()
    if pid == 0:
        print("from a fork")
        os._exit(0)
    os.waitpid(pid, 0)
    print("from the function")
    return "done"
`,
    });
    expect(await process.invoke({})).toMatchObject({
      kind: 'response',
      text: '"done"',
      logs: ['from the function'],
    });
    expect(process.output).toContain('from a child\n');
    expect(process.output).toContain('from a fork\n');
    expect(process.output).not.toMatch(/ 3 -> socket/);
  });

  test('multiprocessing may spawn', async () => {
    const process = await start('h.handler', {
      'h.py': `import multiprocessing
def work(end):
    end.send("from the child")
def handler(event, context):
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    child = spawn.Process(target=work, args=(theirs,))
    child.start()
    text = ours.recv()
    child.join()
    return text
`,
    });
    expect(await process.invoke({})).toMatchObject({ kind: 'response', text: '"from the child"', logs: [] });
  });

  test('threads print whole lines', async () => {
    const process = await start('h.handler', {
      'h.py': `import sys, threading
sys.setswitchinterval(1e-6)
def say(name):
    for n in range(500):
        sys.stdout.write("%s %d\\n" % (name, n))
def handler(event, context):
    thread = threading.Thread(target=say, args=("line",))
    thread.start()
    say("main")
    thread.join()
    return "done"
`,
    });
    const { logs } = await process.invoke({});
    expect(logs).toHaveLength(1000);
    expect(logs.every((line) => /^(?:line|main) \d+$/.test(line) || line === '')).toBe(true);
  });
});

function replaceLast(argv: readonly [string, ...string[]], last: string): [string, ...string[]] {
  return [argv[0], ...argv.slice(1, -1), last];
}

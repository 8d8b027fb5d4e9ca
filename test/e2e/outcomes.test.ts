import { GetLogEventsCommand, DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, deploy, eventually, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** Every way a handler can end gives what Lambda gives, and the next invoke works. */
let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const NODE = `
const born = crypto.randomUUID();
exports.handler = async (event) => {
  switch (event.do) {
    case 'throw': throw new TypeError('thrown on purpose');
    case 'reject': return await Promise.reject(new Error('rejected on purpose'));
    case 'hang': return await new Promise((resolve) => setTimeout(resolve, 60000));
    case 'exit': process.exit(1);
    case 'exit0': process.exit(0);
    case 'memory': { const kept = []; for (;;) kept.push(Buffer.alloc(1 << 22, 1)); }
    case 'large': return 'x'.repeat(event.bytes - 2);
    case 'print': process.stdout.write('no newline here'); return 'printed';
    case 'undefined': return undefined;
    default: return { born, ok: true };
  }
};`;

const PYTHON = `
import os, sys, time, uuid

# Of this process: ids of processes repeat where each environment counts its own.
born = str(uuid.uuid4())

def handler(event, context):
    what = event.get("do")
    if what == "throw":
        raise ValueError("raised on purpose")
    if what == "hang":
        time.sleep(60)
    if what == "exit":
        sys.exit(1)
    if what == "exit0":
        os._exit(0)
    if what == "memory":
        kept = []
        while True:
            kept.append(bytearray(4 << 20))
    if what == "large":
        return "x" * (event["bytes"] - 2)
    if what == "print":
        sys.stdout.write("no newline here")
        return "printed"
    if what == "unserialisable":
        return {1, 2, 3}
    return {"born": born, "ok": True}
`;

describe.each([
  { runtime: 'nodejs22.x', files: { 'index.js': NODE }, thrown: 'TypeError', message: 'thrown on purpose' },
  { runtime: 'nodejs24.x', files: { 'index.js': NODE }, thrown: 'TypeError', message: 'thrown on purpose' },
  {
    runtime: 'python3.12',
    files: { 'index.py': PYTHON },
    thrown: 'ValueError',
    message: 'raised on purpose',
  },
] as const)('$runtime', ({ runtime, files, thrown, message }) => {
  const name = `outcomes-${runtime.replace('.', '-')}`;
  const call = async (event: object): Promise<Answer> => await invoke(server.lambda, name, event);
  const works = async (): Promise<void> => {
    expect(await call({})).toMatchObject({ status: 200, functionError: undefined, payload: { ok: true } });
  };

  beforeAll(async () => {
    // What comes after an exit starts the process again within it, however busy the machine.
    await deploy(server.lambda, name, files, { Runtime: runtime, MemorySize: 256, Timeout: 6 });
  });

  test('an error thrown is a function error with type, message and trace', async () => {
    const answer = await call({ do: 'throw' });
    expect(answer).toMatchObject({ status: 200, functionError: 'Unhandled' });
    expect(answer.payload).toMatchObject({ errorType: thrown, errorMessage: message });
    expect(answer.log).toMatch(/END RequestId: \S+\nREPORT RequestId:/);
    await works();
  });

  test('a timeout kills the environment and the next invoke has a new process', async () => {
    const before = (await call({})).payload as { born: string };
    const answer = await call({ do: 'hang' });
    expect(answer.functionError).toBe('Unhandled');
    expect(answer.payload).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${answer.requestId} Error: Task timed out after 6.00 seconds`,
    });
    expect(answer.log).toContain('Status: timeout');
    const after = (await call({})).payload as { born: string };
    expect(after.born).not.toBe(before.born);
  });

  test('leaving the process is reported, with and without a reason', async () => {
    const failed = await call({ do: 'exit' });
    expect(failed.payload).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${failed.requestId} Error: Runtime exited with error: exit status 1`,
    });
    const quiet = await call({ do: 'exit0' });
    expect(quiet.payload).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${quiet.requestId} Error: Runtime exited without providing a reason`,
    });
    await works();
  });

  test('going over the memory limit ends the environment, not the platform', async () => {
    // Filling memory with a small share of a processor takes its time.
    const settings = { Runtime: runtime, MemorySize: 256, Timeout: 30 };
    await deploy(server.lambda, `${name}-memory`, files, settings);
    const answer = await invoke(server.lambda, `${name}-memory`, { do: 'memory' });
    expect(answer.payload).toEqual({
      errorType: 'Runtime.OutOfMemory',
      errorMessage: `RequestId: ${answer.requestId} Error: Runtime exited with error: signal: killed`,
    });
    expect(await invoke(server.lambda, `${name}-memory`)).toMatchObject({ payload: { ok: true } });
  });

  test('6 MiB and 100 bytes may be answered, one more byte may not', async () => {
    const limit = 6 * 1024 * 1024 + 100;
    const most = await call({ do: 'large', bytes: limit });
    expect(most.functionError).toBeUndefined();
    const over = await call({ do: 'large', bytes: limit + 1 });
    expect(over).toMatchObject({
      status: 200,
      functionError: 'Unhandled',
      payload: {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      },
    });
    await works();
  });

  test('output without a line feed reaches the log of its own invocation', async () => {
    const answer = await call({ do: 'print' });
    expect(answer.payload).toBe('printed');
    expect(answer.log).toContain('no newline here');
    await works();
  });
});

test('a rejected promise and a missing result in Node.js', async () => {
  await deploy(server.lambda, 'promises', { 'index.js': NODE });
  const rejected = await invoke(server.lambda, 'promises', { do: 'reject' });
  expect(rejected.payload).toMatchObject({ errorType: 'Error', errorMessage: 'rejected on purpose' });
  expect((rejected.payload as { trace: string[] }).trace[0]).toBe('Error: rejected on purpose');
  expect((await invoke(server.lambda, 'promises', { do: 'undefined' })).payload).toBeNull();
});

test('a Python result that JSON cannot hold is a marshal error', async () => {
  await deploy(server.lambda, 'marshal', { 'index.py': PYTHON }, { Runtime: 'python3.12' });
  const answer = await invoke(server.lambda, 'marshal', { do: 'unserialisable' });
  expect(answer.payload).toMatchObject({ errorType: 'Runtime.MarshalError' });
});

test.each([
  { runtime: 'nodejs24.x', files: { 'index.js': 'exports.handler = async () => {' } },
  { runtime: 'python3.12', files: { 'index.py': 'def handler(event, context:\n    return 1\n' } },
] as const)(
  'a syntax error in $runtime is reported, and mending it mends the function',
  async ({ runtime, files }) => {
    const name = `syntax-${runtime.replace('.', '-')}`;
    await deploy(server.lambda, name, files, { Runtime: runtime });
    const answer = await invoke(server.lambda, name);
    expect(answer).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'Runtime.UserCodeSyntaxError' },
    });
  },
);

test('what an invocation printed is in its log stream, with START, END and REPORT around it', async () => {
  const code = `exports.handler = async (event, context) => { console.log('hello', event.name); return context.logStreamName; };`;
  await deploy(server.lambda, 'printer', { 'index.js': code });
  const first = await invoke(server.lambda, 'printer', { name: 'one' });
  expect(first.log).toMatch(/Init Duration: [\d.]+ ms\t\n$/);
  const stream = first.payload as string;
  const group = '/aws/lambda/printer';
  const streams = await server.logs.send(new DescribeLogStreamsCommand({ logGroupName: group }));
  expect(streams.logStreams?.map((found) => found.logStreamName)).toEqual([stream]);
  const messages = await eventually(
    async () => {
      const events = await server.logs.send(
        new GetLogEventsCommand({ logGroupName: group, logStreamName: stream, startFromHead: true }),
      );
      return events.events?.map((event) => event.message?.trimEnd() ?? '') ?? [];
    },
    (found) => found.some((message) => message.startsWith('REPORT')),
  );
  const shown = messages.filter((message) => !message.startsWith('INIT_START'));
  expect(shown[0]).toBe(`START RequestId: ${first.requestId} Version: $LATEST`);
  expect(shown[1]).toMatch(new RegExp(`^\\S+Z\\t${first.requestId}\\tINFO\\thello one$`));
  expect(shown[2]).toBe(`END RequestId: ${first.requestId}`);
  expect(shown[3]).toContain(`REPORT RequestId: ${first.requestId}\tDuration: `);
});

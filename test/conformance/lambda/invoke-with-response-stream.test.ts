import {
  DeleteFunctionConcurrencyCommand,
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamCommandInput,
  type InvokeWithResponseStreamCompleteEvent,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy as deployFiles, eventually } from '../../support/functions.ts';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { openGate, UNTIL_OPEN } from '../../support/overlap.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { publish } from '../../support/versions.ts';

const STREAMING = `${UNTIL_OPEN}
const { once } = require('node:events');
exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
  for (const part of event.parts ?? []) {
    stream.write(part);
    await untilOpen(event.gates && event.gates[part], context.invokedFunctionArn);
  }
  const megabyte = Buffer.alloc(1_000_000);
  for (let left = event.megabytes ?? 0; left > 0; left -= 1) {
    megabyte.write(String(Date.now()).padEnd(20));
    if (!stream.write(megabyte)) await once(stream, 'drain');
  }
  if (event.error) throw new RangeError(event.error);
  if (event.context) stream.write(JSON.stringify(context.clientContext));
  console.log('wrote all');
  stream.end();
});`;

let server: TestServer;
let FunctionName: string;
let streaming: string;
let streamingArn: string;

beforeAll(async () => {
  server = await startServer();
  ({ FunctionName } = await deploy(server.lambda));
  streaming = uniqueName();
  streamingArn = `arn:aws:lambda:us-east-1:000000000000:function:${streaming}`;
  await deployFiles(server.lambda, streaming, { 'index.js': STREAMING }, { Timeout: 90 });
});

afterAll(async () => {
  await server.stop();
});

async function invoke(change: object = {}): Promise<number | undefined> {
  const command = new InvokeWithResponseStreamCommand({ FunctionName, ...change });
  return (await server.lambda.send(command)).StatusCode;
}

interface Streamed {
  readonly executedVersion: string | undefined;
  readonly chunks: readonly string[];
  readonly complete: InvokeWithResponseStreamCompleteEvent | undefined;
}

async function stream(
  event: object,
  change: Partial<InvokeWithResponseStreamCommandInput> = {},
  onChunk: (text: string) => void = () => undefined,
): Promise<Streamed> {
  const Payload = JSON.stringify(event);
  const command = new InvokeWithResponseStreamCommand({ FunctionName: streaming, Payload, ...change });
  const answer = await server.lambda.send(command);
  expect(answer.StatusCode).toBe(200);
  const chunks: string[] = [];
  let complete: InvokeWithResponseStreamCompleteEvent | undefined;
  for await (const part of answer.EventStream ?? []) {
    expect(complete).toBeUndefined();
    if (part.PayloadChunk !== undefined) chunks.push(Buffer.from(part.PayloadChunk.Payload ?? '').toString());
    else complete = part.InvokeComplete;
    onChunk(chunks.at(-1) ?? '');
  }
  return { executedVersion: answer.ExecutedVersion, chunks, complete };
}

describe('InvokeWithResponseStream', () => {
  test('passes on what the function writes as it writes it [chunks]', async () => {
    const parts = ['one', 'two', 'three'];
    // The function goes on when what it wrote has come.
    const gates = Object.fromEntries(parts.map((part) => [part, uniqueName(part)]));
    const opened = new Map<string, Promise<void>>();
    const { chunks, complete, executedVersion } = await stream({ parts, gates }, {}, (text) => {
      const gate = gates[text];
      if (gate !== undefined && !opened.has(gate)) opened.set(gate, openGate(server, streamingArn, gate));
    });
    await Promise.all(opened.values());
    expect(chunks).toEqual(parts);
    expect(complete).toEqual({});
    expect(executedVersion).toBe('$LATEST');
  });

  test('has room for far more than a buffered response [chunks]', async () => {
    const part = 'x'.repeat(1_000_000);
    const { chunks, complete } = await stream({ parts: Array.from({ length: 5 }, () => part) });
    expect(chunks.join('')).toBe(part.repeat(5));
    expect(complete).toEqual({});
  });

  test('lets the function wait for a slow reader', async () => {
    const Payload = JSON.stringify({ megabytes: 32 });
    const command = new InvokeWithResponseStreamCommand({ FunctionName: streaming, Payload });
    const parts = (await server.lambda.send(command)).EventStream?.[Symbol.asyncIterator]();
    await parts?.next();
    // Time in which a function that does not wait would write everything.
    for (let count = 0; count < 20; count += 1) await stream({ parts: ['meanwhile'] });
    const resumedAt = Date.now();
    const rest: Uint8Array[] = [];
    for (let part = await parts?.next(); part?.done === false; part = await parts?.next())
      if (part.value.PayloadChunk?.Payload !== undefined) rest.push(part.value.PayloadChunk.Payload);
    const times = Buffer.concat(rest)
      .toString('latin1')
      .matchAll(/(?:^|\0)(\d{13}) /g);
    expect(Math.max(...[...times].map(([, time]) => Number(time)))).toBeGreaterThanOrEqual(resumedAt);
  });

  test('is done with a caller who goes away: the function runs to its end', async () => {
    const one = { FunctionName: streaming, ReservedConcurrentExecutions: 1 };
    await server.lambda.send(new PutFunctionConcurrencyCommand(one));
    const gone = new AbortController();
    const Payload = JSON.stringify({ megabytes: 32 });
    const command = new InvokeWithResponseStreamCommand({ FunctionName: streaming, Payload });
    const answer = await server.lambda.send(command, { abortSignal: gone.signal });
    await answer.EventStream?.[Symbol.asyncIterator]().next();
    await expect(stream({ parts: ['beside'] })).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    gone.abort();
    const { chunks } = await eventually(
      async () => await stream({ parts: ['after'] }).catch(() => ({ chunks: [] })),
      ({ chunks: found }) => found.length > 0,
      45_000,
    );
    expect(chunks).toEqual(['after']);
    await server.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: streaming }));
  });

  test('gives the result of a function that does not stream in one chunk [buffered]', async () => {
    const { chunks, complete } = await stream({ a: 1 }, { FunctionName });
    expect(chunks).toHaveLength(1);
    expect(JSON.parse(chunks[0] ?? '')).toEqual({ a: 1 });
    expect(complete).toEqual({});
  });

  test('says in the end that the function failed, before its first part or midway [function-error] [midway]', async () => {
    const codes = { Unhandled: [], RangeError: ['begun'] };
    for (const [ErrorCode, parts] of Object.entries(codes)) {
      const { chunks, complete } = await stream({ parts, error: 'no' });
      expect(chunks).toEqual(parts);
      expect(complete).toMatchObject({ ErrorCode });
      expect(JSON.parse(complete?.ErrorDetails ?? '')).toMatchObject({
        errorType: 'RangeError',
        errorMessage: 'no',
      });
    }
  });

  test('ends with the timeout where the function does not end its stream [midway]', async () => {
    const open = uniqueName();
    const code = `exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('a'); });`;
    await deployFiles(server.lambda, open, { 'index.js': code }, { Timeout: 1 });
    const { chunks, complete } = await stream({}, { FunctionName: open });
    expect(chunks).toEqual(['a']);
    expect(complete).toEqual({ ErrorCode: 'Sandbox.Timedout' });
  });

  test('is cut where the process ends, and its report says why [midway]', async () => {
    const exiting = uniqueName();
    const code = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      if (event.begins) await new Promise((resolve) => stream.write('a', resolve));
      process.exit(7);
    });`;
    await deployFiles(server.lambda, exiting, { 'index.js': code });
    const change = { FunctionName: exiting, LogType: 'Tail' } as const;
    const { chunks, complete } = await stream({ begins: true }, change);
    expect(chunks).toEqual(['a']);
    expect(complete).toEqual({ ErrorCode: 'Runtime.TruncatedResponse', LogResult: expect.any(String) });
    const log = Buffer.from(complete?.LogResult ?? '', 'base64').toString();
    expect(log).toContain('Error Type: Runtime.ExitError');
    const unbegun = await stream({}, change);
    expect(unbegun.complete?.ErrorCode).toBe('Unhandled');
    expect(JSON.parse(unbegun.complete?.ErrorDetails ?? '')).toMatchObject({
      errorType: 'Runtime.ExitError',
    });
  });

  test('gives the end of the log when it was asked for [log-tail]', async () => {
    const { complete } = await stream({ parts: ['a'] }, { LogType: 'Tail' });
    const log = Buffer.from(complete?.LogResult ?? '', 'base64').toString();
    expect(log).toMatch(/^START [^]*wrote all\n[^]*REPORT /);
  });

  test('runs the version that was asked for, with the client context', async () => {
    await publish(server.lambda, { FunctionName: streaming });
    const ClientContext = Buffer.from('{"client":{"a":1}}').toString('base64');
    const { chunks, executedVersion } = await stream({ context: true }, { Qualifier: '1', ClientContext });
    expect(executedVersion).toBe('1');
    expect(JSON.parse(chunks.join(''))).toEqual({ client: { a: 1 } });
  });

  test('is throttled as other invokes are', async () => {
    const { FunctionName: stopped } = await deploy(server.lambda);
    const none = { FunctionName: stopped, ReservedConcurrentExecutions: 0 };
    await server.lambda.send(new PutFunctionConcurrencyCommand(none));
    expect(await refusal(invoke({ FunctionName: stopped }))).toMatchObject({
      name: 'TooManyRequestsException',
      status: 429,
    });
  });

  test('checks a dry run and runs nothing [dry-run]', async () => {
    expect(await invoke({ InvocationType: 'DryRun' })).toBe(204);
    expect(await refusal(invoke({ InvocationType: 'DryRun', FunctionName: uniqueName() }))).toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('refuses payloads that are no JSON [bad-payload]', async () => {
    expect(await refusal(invoke({ Payload: '{"a": hello}' }))).toMatchObject({
      name: 'InvalidRequestContentException',
      message: expect.stringMatching(/^Could not parse request body into json: /),
      status: 400,
    });
  });

  test('takes two invocation types only [bad-invocation-type]', async () => {
    expect(await refusal(invoke({ InvocationType: 'Event' }))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("Value 'Event' at 'invocationType' failed to satisfy constraint"),
    });
  });

  test('says what is not there [missing]', async () => {
    const name = uniqueName();
    expect(await refusal(invoke({ FunctionName: name }))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${name}:$LATEST`,
      status: 404,
    });
  });
});

import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { availableRuntimes, endFunctions, removeEverything, startFunction } from './testing/functions.ts';
import type { Outcome } from './testing/runtime-process.ts';

const runtimes = await availableRuntimes(['nodejs20.x', 'nodejs22.x', 'nodejs24.x']);

afterEach(endFunctions);
afterAll(removeEverything);

describe.each(runtimes)('$id: a streaming handler', (runtime) => {
  const start = async (body: string, options = 'undefined') => {
    const code = `exports.handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} }, ${options});`;
    const process = startFunction(runtime, 'index.handler', { 'index.js': code });
    expect(await process.initialised()).toMatchObject({ kind: 'ready', logs: [] });
    return process;
  };
  const run = async (body: string, event: unknown = {}): Promise<Outcome> =>
    await (await start(body)).invoke(event);

  test('answers in parts, one event after another', async () => {
    const process = await start(`
      stream.setContentType('text/plain');
      stream.write('one ' + event.n);
      await new Promise((resolve) => setTimeout(resolve, 5));
      stream.write(Buffer.from('ü'));
      stream.end('last');`);
    for (const n of [1, 2])
      expect(await process.invoke({ n })).toMatchObject({
        kind: 'response',
        text: '',
        parts: ['text/plain', `one ${n}`, 'ü', 'last'],
        logs: [],
      });
  });

  test('may write what JSON can hold, and nothing at all', async () => {
    const outcome = await run('stream.write({ a: [1] }); stream.end();');
    expect(outcome.parts).toEqual(['application/octet-stream', '{"a":[1]}']);
    expect(await run('stream.end();')).toMatchObject({
      kind: 'response',
      parts: ['application/octet-stream'],
    });
  });

  test('may be fed by a pipeline, in pieces of any size', async () => {
    const outcome = await run(
      `
      const { pipeline } = require('node:stream/promises');
      const { Readable } = require('node:stream');
      await pipeline(Readable.from([Buffer.alloc(event.bytes, 'x'), 'end']), stream);`,
      {
        bytes: 3_000_000,
      },
    );
    const [type, ...parts] = outcome.parts;
    expect(type).toBe('application/octet-stream');
    expect(parts.join('')).toBe(`${'x'.repeat(3_000_000)}end`);
  });

  test('may answer as HTTP does: a prelude, eight zeros, the body', async () => {
    const outcome = await run(`
      const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: 'b' } });
      http.write('body');
      http.end();`);
    expect(outcome.parts).toEqual([
      'application/vnd.awslambda.http-integration-response',
      `{"statusCode":201,"headers":{"a":"b"}}${'\0'.repeat(8)}`,
      'body',
    ]);
  });

  test('describes an HTTP response with the first write, be it empty, and not where there is none', async () => {
    const head = `const http = awslambda.HttpResponseStream.from(stream, { statusCode: 302 });`;
    const type = 'application/vnd.awslambda.http-integration-response';
    const description = `{"statusCode":302}${'\0'.repeat(8)}`;
    expect((await run(`${head} http.write(''); http.end();`)).parts).toEqual([type, description]);
    expect((await run(`${head} http.write('a'); http.end('b');`)).parts).toEqual([
      type,
      description,
      'a',
      'b',
    ]);
    expect((await run(`${head} http.end();`)).parts).toEqual([type]);
    expect((await run(`${head} http.end('only this');`)).parts).toEqual([type, 'only this']);
  });

  test('is over when it has ended the stream and returned', async () => {
    const process = await start(`
      stream.end('early');
      await new Promise((resolve) => setTimeout(resolve, 30));
      console.log('behind the response');
      return 'nobody sees this';`);
    const outcome = await process.invoke({});
    expect(outcome).toMatchObject({ kind: 'response', parts: ['application/octet-stream', 'early'] });
    expect(outcome.logs.map((line) => line.split('\t').at(-1))).toEqual([
      'behind the response',
      'Streaming handlers ignore return values.',
    ]);
  });

  test('that ends the stream after it has returned is over then', async () => {
    const outcome = await run(`setTimeout(() => stream.end('late'), 20);`);
    expect(outcome).toMatchObject({ kind: 'response', parts: ['application/octet-stream', 'late'] });
  });

  test.each([
    ['throws at once', `throw new TypeError('on purpose');`, []],
    [
      'throws midway',
      `stream.write('a'); throw new TypeError('on purpose');`,
      ['application/octet-stream', 'a'],
    ],
    ['breaks its stream', `stream.destroy(new TypeError('on purpose'));`, []],
  ])('that %s has failed, and the next event is handled', async (_how, body, parts) => {
    const process = await start(`if (event.fail) { ${body} } else stream.end('fine');`);
    const outcome = await process.invoke({ fail: true });
    expect(outcome).toMatchObject({ kind: 'error', parts });
    expect(JSON.parse(outcome.text)).toMatchObject({ errorType: 'TypeError', errorMessage: 'on purpose' });
    expect(outcome.logs.join()).toContain('Invoke Error');
    expect((await process.invoke({})).parts).toEqual(['application/octet-stream', 'fine']);
  });

  test.each([
    ['at once', `stream.write('again');`],
    ['and returns later', `stream.write('again'); await new Promise((resolve) => setTimeout(resolve, 30));`],
  ])('that writes behind the end %s leaves the events after it whole', async (_how, body) => {
    const process = await start(`
      if (event.late) { stream.end('end'); ${body} return; }
      stream.write('first;');
      await new Promise((resolve) => setTimeout(resolve, 60));
      stream.end('last');`);
    const outcome = await process.invoke({ late: true });
    expect(outcome).toMatchObject({ kind: 'response', parts: ['application/octet-stream', 'end'] });
    for (let event = 0; event < 3; event += 1)
      expect(await process.invoke({})).toMatchObject({
        kind: 'response',
        parts: ['application/octet-stream', 'first;', 'last'],
      });
  });

  test.each([
    ['throws at once', `await pause(); stream.end('whole'); throw new TypeError('on purpose');`],
    ['throws later', `stream.end('whole'); await pause(); throw new TypeError('on purpose');`],
  ])('that %s behind the end has answered, and the log says what went wrong', async (_how, body) => {
    const process = await start(`
      const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
      if (event.fail) { ${body} } else stream.end('fine');`);
    const outcome = await process.invoke({ fail: true });
    expect(outcome).toMatchObject({ kind: 'response', parts: ['application/octet-stream', 'whole'] });
    expect(outcome.logs.join()).toMatch(/Invoke Error .*on purpose/);
    expect(await process.invoke({})).toMatchObject({ kind: 'response', logs: [] });
  });

  test('that breaks its stream off has failed', async () => {
    for (const body of [`stream.destroy();`, `setTimeout(() => stream.destroy(), 5);`]) {
      const outcome = await run(body);
      expect(outcome.kind).toBe('error');
      expect(JSON.parse(outcome.text)).toMatchObject({
        errorType: 'Runtime.InvalidStreamingOperation',
        errorMessage: 'Response stream is not finished.',
      });
    }
  });

  test.each([
    ['null', `stream.write(null);`, `Cannot read properties of null (reading 'length')`],
    ['undefined', `stream.write(undefined);`, `Cannot read properties of undefined (reading 'length')`],
    ['an object with its end', `stream.end({ a: 1 });`, 'The "chunk" argument must be of type string'],
    [
      'a type that no header can have',
      `stream.setContentType('a\\nb');`,
      'Invalid character in header content ["Content-Type"]',
    ],
  ])('cannot give %s, as with AWS’s client', async (_what, body, message) => {
    const outcome = await run(`${body} stream.end();`);
    expect(outcome).toMatchObject({ kind: 'error', parts: [] });
    expect(JSON.parse(outcome.text)).toMatchObject({
      errorType: 'TypeError',
      errorMessage: expect.stringContaining(message),
    });
  });

  test('cannot change the type of what has left, nor write into another response', async () => {
    const late = await run(`stream.write('a'); stream.setContentType('text/plain');`);
    expect(JSON.parse(late.text)).toMatchObject({ errorMessage: 'Cannot set content-type, too late.' });
    const process = await start(`
      if (globalThis.old) globalThis.old.write('from the one before');
      else { globalThis.old = stream; throw new Error('on purpose'); }
      stream.end('own');`);
    expect((await process.invoke({})).kind).toBe('error');
    expect((await process.invoke({})).parts).toEqual(['application/octet-stream', 'own']);
  });

  test('must be async', async () => {
    const process = startFunction(runtime, 'index.handler', {
      'index.js':
        'exports.handler = awslambda.streamifyResponse((event, stream) => { if (event.end) stream.end("all"); });',
    });
    await process.initialised();
    const errorMessage = 'Streaming does not support non-async handlers.';
    expect(JSON.parse((await process.invoke({})).text)).toMatchObject({
      errorType: runtime.id === 'nodejs24.x' ? 'Error' : 'string',
      errorMessage,
    });
    const ended = await process.invoke({ end: true });
    expect(ended).toMatchObject({ kind: 'response', parts: ['application/octet-stream', 'all'] });
    expect(ended.logs.join()).toContain(errorMessage);
  });

  test('says how much may be waiting', async () => {
    const process = await start(
      'stream.end(String(stream.writableHighWaterMark));',
      '{ highWaterMark: 1234 }',
    );
    expect((await process.invoke({})).parts[1]).toBe('1234');
  });
});

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { functionVersion, PoolFixture } from './testing/pool-fixture.ts';

let it: PoolFixture;
beforeEach(() => {
  it = new PoolFixture();
});
afterEach(() => it.close());

/** A runtime whose handler may use `post(path, body, headers)`, which answers `[status, errorType]`. */
function put(handler: string): void {
  const path = join(it.codeDirectory, 'bootstrap');
  writeFileSync(
    path,
    `#!${process.execPath}
    const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/';
    const call = async (path, options) => {
      const answer = await fetch(base + path, options);
      return [answer.status, (await answer.json()).errorType];
    };
    const post = (path, value, headers = {}) =>
      call(path, { method: 'POST', headers, body: JSON.stringify(value) });
    const seen = [];
    (async () => {
      for (;;) {
        const next = await fetch(base + 'invocation/next');
        const id = next.headers.get('lambda-runtime-aws-request-id');
        const event = await next.json();
        const respond = (value, headers) => post('invocation/' + id + '/response', value, headers);
        ${handler}
        seen.push(id);
      }
    })();`,
  );
  chmodSync(path, 0o755);
}

const custom = { runtime: 'provided.al2023' };

/** What it does after its response is over: whoever comes before that may get another environment. */
async function rested(): Promise<void> {
  await vi.waitFor(() => expect(it.pool.counts()).toMatchObject({ idle: 1, busy: 0 }), 25_000);
}

const REFUSED = [400, 'InvalidRequestID'];
/** By the state in which the runtime is. */
const NOT_NOW = [403, 'InvalidStateTransition'];

describe('over the Runtime API, a function', () => {
  test('cannot answer for another invocation, nor for an earlier one', async () => {
    put(`
      const forged = [];
      for (const other of ['8476a536-e9f4-11e8-9739-2dfe598c3fcd', '', '../x', ...seen])
        forged.push(await post('invocation/' + other + '/response', 'forged'), await post('invocation/' + other + '/error', {}));
      await respond(forged);`);
    const version = functionVersion(custom);
    const first = (await it.invoke(version, {})).value as unknown[];
    await rested();
    expect(first.slice(0, 2)).toEqual([REFUSED, REFUSED]);
    expect(first).toHaveLength(6);
    expect(first.some((answer) => (answer as number[])[0] === 202)).toBe(false);
    const second = (await it.invoke(version, {})).value as unknown[];
    expect(second.slice(-2)).toEqual([REFUSED, REFUSED]);
  });

  test('answers once', async () => {
    put(`
      if (event.ask) await respond(seen.again);
      else {
        await respond('first');
        const chunked = { method: 'POST', duplex: 'half', body: new Blob(['"third"']).stream() };
        seen.again = [
          await respond('second'),
          await call('invocation/' + id + '/response', chunked),
          await post('invocation/' + id + '/error', {}),
          await post('invocation/other/response', {}),
        ];
      }`);
    const version = functionVersion(custom);
    expect((await it.invoke(version, {})).value).toBe('first');
    await rested();
    const again = [NOT_NOW, NOT_NOW, NOT_NOW, REFUSED];
    expect((await it.invoke(version, { ask: true })).value).toEqual(again);
  });

  test('gets no second event while it has one', async () => {
    put(`await respond(await call('invocation/next'));`);
    expect((await it.invoke(functionVersion(custom), {})).value).toEqual(NOT_NOW);
  });

  test('cannot cut into a response that is being streamed', async () => {
    put(`
      const headers = { 'Lambda-Runtime-Function-Response-Mode': 'streaming' };
      const stream = require('node:http').request(base + 'invocation/' + id + '/response', {
        method: 'POST',
        headers: { ...headers, Expect: '100-continue' },
      });
      stream.flushHeaders();
      // The platform says so once it has taken the announcement.
      await new Promise((resolve) => stream.once('continue', resolve));
      stream.write('"the ');
      const statuses = [await respond('another'), await respond('another', headers), await post('invocation/' + id + '/error', {})];
      stream.end(statuses.map(([status]) => status).join() + ' one"');
      await new Promise((resolve) => stream.on('response', (answer) => answer.resume().on('end', resolve)));`);
    expect((await it.invoke(functionVersion(custom), {})).value).toBe('the 403,403,403 one');
  });
});

describe('over the frame channel, a function', () => {
  test('cannot answer for another invocation, nor twice', async () => {
    const version = functionVersion();
    const requestId = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
    await it.invoke(version, { do: 'count' }, { requestId });
    const own = '9476a536-e9f4-11e8-9739-2dfe598c3fcd';
    const answer = it.invoke(version, { do: 'forge', ids: [requestId, own, own] }, { requestId: own });
    expect((await answer).value).toBe(`forged for ${own}`);
    expect((await it.invoke(version, { do: 'count' })).value).toBe(2);
  });

  test('answers in parts, which are put together', async () => {
    const version = functionVersion();
    expect((await it.invoke(version, { do: 'stream', parts: ['"a', 'b', 'c"'] })).value).toBe('abc');
    expect(await it.invoke(version, { do: 'stream', parts: ['x'], error: 'midway' })).toMatchObject({
      functionError: 'Unhandled',
      value: { errorMessage: 'midway' },
    });
    const large = { do: 'stream', parts: Array.from({ length: 7 }, () => 'x'.repeat(1_000_000)) };
    expect((await it.invoke(functionVersion({ memoryMb: 512 }), large)).value).toMatchObject({
      errorType: 'Function.ResponseSizeTooLarge',
    });
    expect((await it.invoke(version, { do: 'count' })).value).toBe(1);
  });
});

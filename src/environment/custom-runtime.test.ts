import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { functionVersion, PoolFixture } from './testing/pool-fixture.ts';

let it: PoolFixture;
beforeEach(() => {
  it = new PoolFixture();
});
afterEach(() => it.close());

const requestId = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
const custom = { runtime: 'provided.al2023', handler: 'any.thing' };

function put(name: string, text: string, mode = 0o755): void {
  writeFileSync(join(it.codeDirectory, name), text);
  chmodSync(join(it.codeDirectory, name), mode);
}

/** A runtime in JavaScript, as a package would bring it. */
function bootstrap(handler: string, init = ''): string {
  return `#!${process.execPath}
    const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/';
    const post = (path, value) => fetch(base + path, { method: 'POST', body: JSON.stringify(value) });
    let count = 0;
    (async () => {
      ${init}
      for (;;) {
        const next = await fetch(base + 'invocation/next');
        const id = next.headers.get('lambda-runtime-aws-request-id');
        const event = await next.json();
        ${handler}
      }
    })();`;
}

describe('a custom runtime', () => {
  test('answers over the Runtime API, again and again in the same process', async () => {
    put(
      'bootstrap',
      bootstrap(
        `await post('invocation/' + id + '/response', { count: ++count, handler: process.env._HANDLER });`,
      ),
    );
    const version = functionVersion(custom);
    for (const count of [1, 2, 3]) {
      expect((await it.invoke(version, {})).value).toEqual({ count, handler: 'any.thing' });
      // It asks for the next event in a request of its own, later than anybody waits for it on a busy machine.
      await vi.waitFor(() => expect(it.pool.counts()).toMatchObject({ idle: 1, busy: 0 }), {
        timeout: 30_000,
      });
    }
    expect(it.logs.size).toBe(1);
  });

  test('has what it printed in the tail, before REPORT', async () => {
    const prints = `console.log('to stdout'); console.error('to stderr'); process.stdout.write('unended');`;
    put('bootstrap', bootstrap(`${prints} await post('invocation/' + id + '/response', null);`));
    const { logTail } = await it.invoke(functionVersion(custom), {}, { requestId, wantsLogTail: true });
    expect(logTail).toMatch(
      /^START .*\nto stdout\nto stderr\nunended\nEND .*\nREPORT .*Init Duration: .*\t\n$/,
    );
  });

  test('reports its errors in its own words', async () => {
    put(
      'bootstrap',
      bootstrap(`await post('invocation/' + id + '/error', { errorMessage: 'm', errorType: 'T' });`),
    );
    const answer = await it.invoke(functionVersion(custom), {});
    expect(answer).toMatchObject({
      functionError: 'Unhandled',
      value: { errorMessage: 'm', errorType: 'T' },
    });
  });

  test('may fail to initialise, in its own words too', async () => {
    put(
      'bootstrap',
      bootstrap(
        '',
        `await post('init/error', { errorMessage: 'no', errorType: 'Runtime.Broken' }); process.exit(1);`,
      ),
    );
    const answer = await it.invoke(functionVersion(custom), {});
    expect(answer).toMatchObject({
      functionError: 'Unhandled',
      value: { errorMessage: 'no', errorType: 'Runtime.Broken' },
    });
  });

  test('that has failed to initialise gets no event, though it asks for one', async () => {
    put(
      'bootstrap',
      bootstrap(
        `await post('invocation/' + id + '/response', 'all is well');`,
        `await post('init/error', { errorMessage: 'no', errorType: 'Runtime.Broken' });`,
      ),
    );
    const answer = await it.invoke(functionVersion(custom), {});
    expect(answer).toMatchObject({ functionError: 'Unhandled', value: { errorType: 'Runtime.Broken' } });
  });

  test('answers that are too large are a function error, and it goes on', async () => {
    put('bootstrap', bootstrap(`await post('invocation/' + id + '/response', 'x'.repeat(event.bytes));`));
    const version = functionVersion({ ...custom, memoryMb: 512 });
    expect((await it.invoke(version, { bytes: 7_000_000 })).value).toMatchObject({
      errorType: 'Function.ResponseSizeTooLarge',
    });
    expect((await it.invoke(version, { bytes: 3 })).value).toBe('xxx');
  });

  test('that exits in the middle is replaced', async () => {
    put(
      'bootstrap',
      bootstrap(`if (event.exit) process.exit(9); await post('invocation/' + id + '/response', ++count);`),
    );
    const version = functionVersion(custom);
    expect((await it.invoke(version, {})).value).toBe(1);
    expect((await it.invoke(version, { exit: true }, { requestId })).value).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status 9`,
    });
    expect((await it.invoke(version, {})).value).toBe(1);
  });
});

describe('an entrypoint that does not start', () => {
  const startError = (text: string) => ({
    errorType: 'Runtime.InvalidEntrypoint',
    errorMessage: `RequestId: ${requestId} Error: fork/exec /var/task/bootstrap: ${text}`,
  });

  test('no bootstrap', async () => {
    const { value, functionError } = await it.invoke(functionVersion(custom), {}, { requestId });
    expect(functionError).toBe('Unhandled');
    expect(value).toEqual(startError('no such file or directory'));
  });

  test('one without the permission to execute it, unless somebody gives it', async () => {
    put('bootstrap', bootstrap(`await post('invocation/' + id + '/response', 1);`), 0o644);
    const version = functionVersion(custom);
    expect((await it.invoke(version, {}, { requestId })).value).toEqual(startError('permission denied'));
    chmodSync(join(it.codeDirectory, 'bootstrap'), 0o755);
    expect((await it.invoke(version, {})).value).toBe(1);
  });

  test('one that is no program', async () => {
    put('bootstrap', '\u007fELF nothing of the kind');
    const { value } = await it.invoke(functionVersion(custom), {}, { requestId });
    expect(value).toEqual(startError('exec format error'));
  });

  test('one whose interpreter is missing', async () => {
    put('bootstrap', '#!/nowhere/interpreter\n');
    const { value } = await it.invoke(functionVersion(custom), {}, { requestId });
    expect(value).toEqual(startError('no such file or directory'));
  });
});

describe('AWS_LAMBDA_EXEC_WRAPPER', () => {
  const wrapped = { environment: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' } };

  test('starts a managed runtime', async () => {
    put('wrapper', '#!/bin/sh\nexport WRAPPED="$#"\nexec "$@"\n');
    const { value } = await it.invoke(functionVersion(wrapped), { do: 'env' });
    expect(value).toMatchObject({ WRAPPED: '2' });
  });

  test('missing, the shell that starts it says so', async () => {
    const { value } = await it.invoke(functionVersion(wrapped), {}, { requestId });
    expect(value).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status 127`,
    });
  });

  test('does nothing for a custom runtime', async () => {
    put('bootstrap', bootstrap(`await post('invocation/' + id + '/response', 1);`));
    expect((await it.invoke(functionVersion({ ...custom, ...wrapped }), {})).value).toBe(1);
  });
});

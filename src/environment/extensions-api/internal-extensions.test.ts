import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { functionVersion, PoolFixture } from '../testing/pool-fixture.ts';

let it: PoolFixture;
beforeEach(() => {
  it = new PoolFixture({ initLimitMs: 60_000 });
});
afterEach(() => it.close());

const custom = { runtime: 'provided.al2023', handler: 'any.thing', memoryMb: 512 };

/** A custom runtime with an extension inside. `call` speaks the Extensions API. */
function bootstrap(init: string, handler = 'null'): void {
  const text = `#!${process.execPath}
    const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API;
    const call = async (method, path, headers = {}, body = undefined) => {
      const answer = await fetch(api + '/2020-01-01/extension/' + path, { method, headers, body });
      const text = await answer.text();
      return { status: answer.status, id: answer.headers.get('lambda-extension-identifier'),
        eventId: answer.headers.get('lambda-extension-event-identifier'), body: text && JSON.parse(text) };
    };
    const register = (events, more = {}) =>
      call('POST', 'register', { 'Lambda-Extension-Name': 'inner', ...more }, JSON.stringify({ events }));
    const say = (value) => require('node:fs').writeSync(1, JSON.stringify(value) + '\\n');
    (async () => {
      ${init}
      for (;;) {
        const next = await fetch(api + '/2018-06-01/runtime/invocation/next');
        const id = next.headers.get('lambda-runtime-aws-request-id');
        const event = await next.json();
        const value = ${handler};
        await fetch(api + '/2018-06-01/runtime/invocation/' + id + '/response', { method: 'POST', body: JSON.stringify(value) });
      }
    })();`;
  const path = join(it.codeDirectory, 'bootstrap');
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

describe('an internal extension', () => {
  test('registers from the runtime and learns of invocations, with the account when it asks', async () => {
    bootstrap(`const me = await register(['INVOKE'], { 'Lambda-Extension-Accept-Feature': 'accountId' });
      say(me.body);
      const listen = async () => { for (;;) {
        const event = await call('GET', 'event/next', { 'Lambda-Extension-Identifier': me.id });
        say([event.body.eventType, event.eventId.length]);
      } };
      listen();`);
    const version = functionVersion(custom);
    await it.invoke(version, {});
    await it.invoke(version, {});
    await vi.waitFor(
      () => expect(it.lines().filter((line) => line === '["INVOKE",36]')).toHaveLength(2),
      25_000,
    );
    expect(JSON.parse(it.lines()[1] ?? '')).toEqual({
      functionName: 'f',
      functionVersion: '$LATEST',
      handler: 'any.thing',
      accountId: '000000000000',
    });
    expect(it.lines()).toContain('EXTENSION\tName: inner\tState: Ready\tEvents: [INVOKE]');
  });

  test('gives the runtime half a second after SIGTERM; without one it is killed at once', async () => {
    const shutdown = `process.on('SIGTERM', () => say('SIGTERM'));`;
    const internal = `const { id } = await register([]); call('GET', 'event/next', { 'Lambda-Extension-Identifier': id });`;
    const terms = (): number => it.lines().filter((line) => line === '"SIGTERM"').length;
    bootstrap(shutdown + internal);
    // A machine may stall for that half a second, but not again and again.
    for (let round = 0; round < 10 && terms() === 0; round += 1) {
      await it.invoke(functionVersion(custom), {});
      const begun = performance.now();
      await it.pool.destroyAll();
      expect(performance.now() - begun).toBeGreaterThan(480);
    }
    const before = terms();
    expect(before).toBeGreaterThan(0);
    bootstrap(shutdown);
    await it.invoke(functionVersion(custom), {});
    await it.pool.destroyAll();
    expect(terms()).toBe(before);
  });

  test('is refused for what an extension may not do', async () => {
    bootstrap(
      'const early = [];' +
        [
          `register(['SHUTDOWN'])`,
          `register(['OTHER'])`,
          `call('POST', 'register', {}, '{}')`,
          ...['[', '', '{"events":"INVOKE"}', '{"events":[1]}', '{"configurationKeys":["k"]}'].map(
            (body) => `call('POST', 'register', { 'Lambda-Extension-Name': 'x' }, ${JSON.stringify(body)})`,
          ),
          `call('GET', 'event/next')`,
          `call('GET', 'nothing')`,
        ]
          .map((what) => `early.push(await ${what});`)
          .join(''),
      `[...early, await register([])].map(({ status, body }) => [status, body.errorType])`,
    );
    expect((await it.invoke(functionVersion(custom), {})).value).toEqual([
      [403, 'Extension.InvalidEventType'],
      [403, 'Extension.InvalidEventType'],
      [403, 'Extension.InvalidExtensionName'],
      ...Array.from({ length: 5 }, () => [403, 'InvalidRequestFormat']),
      [403, 'Extension.MissingExtensionIdentifier'],
      [404, 'ResourceNotFound'],
      [403, 'Extension.RegistrationClosed'],
    ]);
    expect(it.lines().join('\n')).not.toContain('EXTENSION');
  });
});

import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { availableRuntimes, endFunctions, removeEverything, startFunction } from './testing/functions.ts';
import { nextRequestId } from './testing/runtime-process.ts';

const runtimes = await availableRuntimes(['nodejs22.x', 'nodejs24.x']);
const newest = runtimes.filter(({ id }) => id === 'nodejs24.x');

afterEach(endFunctions);
afterAll(removeEverything);

const SOURCE = `
const told = (store) => [store.getRequestId(), store.getXRayTraceId() ?? null, store.getTenantId() ?? null, store.get('own') ?? null];
const before = globalThis.awslambda?.InvokeStore && told(awslambda.InvokeStore);
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
exports.handler = async (event) => {
  const store = globalThis.awslambda?.InvokeStore;
  if (store === undefined) return null;
  store.set('own', event);
  await pause();
  const { REQUEST_ID } = store.constructor.PROTECTED_KEYS;
  let refused;
  try { store.set(REQUEST_ID, 'x'); } catch (error) { refused = error.message; }
  const inner = await store.run({ [REQUEST_ID]: 'inner' }, async () => { await pause(); return store.getRequestId(); });
  return { before, now: told(store), refused, inner, same: store === awslambda.InvokeStore };
};`;

describe.each(newest)('awslambda.InvokeStore on $id', (runtime) => {
  test('knows the invocation, and what was stored with it, until the next', async () => {
    const process = startFunction(runtime, 'index.handler', { 'index.js': SOURCE });
    await process.initialised();
    for (const [event, more] of [
      ['a', { traceId: 'Root=1-2-3', tenantId: 'blue' }],
      ['b', {}],
    ] as const) {
      const { text, requestId } = await process.invoke(event, more);
      const { traceId = null, tenantId = null } = more as Record<string, string>;
      expect(JSON.parse(text)).toEqual({
        before: ['-', null, null, null],
        now: [requestId, traceId, tenantId, event],
        refused: 'Cannot modify protected Lambda context field: Symbol(_AWS_LAMBDA_REQUEST_ID)',
        inner: 'inner',
        same: true,
      });
    }
  });

  test('is not there for who wants no global', async () => {
    const variables = { AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: 'true' };
    const process = startFunction(runtime, 'index.handler', { 'index.js': SOURCE }, variables);
    await process.initialised();
    expect((await process.invoke('a')).text).toBe('null');
  });
});

test.each(runtimes)('$id knows each of several invocations at once', async (runtime) => {
  const variables = { AWS_LAMBDA_MAX_CONCURRENCY: '4' };
  const process = startFunction(runtime, 'index.handler', { 'index.js': SOURCE }, variables);
  await process.initialised();
  const ids = [nextRequestId(), nextRequestId()] as const;
  process.deliver([
    ['a', { requestId: ids[0], traceId: 'Root=a' }],
    ['b', { requestId: ids[1], traceId: 'Root=b' }],
  ]);
  const answers = new Map<string, unknown>();
  while (answers.size < ids.length) {
    const frame = await process.frame();
    if (frame === undefined) break;
    const text = frame.body.toString();
    answers.set(text.slice(0, 36), (JSON.parse(text.slice(36)) as { now: unknown }).now);
  }
  expect([...answers]).toEqual(ids.map((id, index) => [id, [id, `Root=${'ab'[index]}`, null, 'ab'[index]]]));
});

test.each(runtimes.filter(({ id }) => id === 'nodejs22.x'))('$id has none', async (runtime) => {
  const process = startFunction(runtime, 'index.handler', { 'index.js': SOURCE });
  await process.initialised();
  expect((await process.invoke('a')).text).toBe('null');
});

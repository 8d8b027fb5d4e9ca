import { assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { countInWindow, isTooLarge, stateIn, windowAt, windowedEvent } from './tumbling-windows.ts';

test('every moment is in one window, aligned to its length', () => {
  assert(
    property(integer({ min: 0, max: 2_000_000_000_000 }), integer({ min: 1, max: 900 }), (atMs, seconds) => {
      const { startMs, endMs, state } = windowAt(atMs, seconds * 1000);
      expect(startMs <= atMs && atMs < endMs).toBe(true);
      expect([endMs - startMs, startMs % (seconds * 1000), state]).toEqual([seconds * 1000, 0, '{}']);
    }),
  );
});

test('records up to the end belong to the window, late ones too', () => {
  const records = [90, 10, 95, 100, 50].map((arrivedAtMs) => ({ arrivedAtMs }));
  expect(countInWindow(records, 100)).toBe(3);
  expect(countInWindow(records, 101)).toBe(5);
});

test.each([
  ['{"state":{"a":1}}', '{"a":1}'],
  ['{"state":{}}', '{}'],
  ['{"state":null}', undefined],
  ['{"state":5}', undefined],
  ['{}', undefined],
  ['null', undefined],
  ['no JSON', undefined],
  ['', undefined],
])('%s holds the state %s', (text, state) => {
  expect(stateIn(Buffer.from(text))).toBe(state);
});

test('a state above a megabyte is too large', () => {
  expect(isTooLarge(JSON.stringify({ a: 'x'.repeat(1_048_567) }))).toBe(false);
  expect(isTooLarge(JSON.stringify({ a: 'x'.repeat(1_048_570) }))).toBe(true);
});

test('an event shows its window', () => {
  const window = { ...windowAt(65_500, 60_000), state: '{"n":1}' };
  const place = { shardId: 's', eventSourceArn: 'arn' };
  const event = windowedEvent({
    records: ['{"a":1}', '{}'],
    window,
    ...place,
    isFinal: true,
    isTerminatedEarly: false,
  });
  expect(JSON.parse(event)).toEqual({
    Records: [{ a: 1 }, {}],
    window: { start: '1970-01-01T00:01:00Z', end: '1970-01-01T00:02:00Z' },
    state: { n: 1 },
    shardId: 's',
    eventSourceARN: 'arn',
    isFinalInvokeForWindow: true,
    isWindowTerminatedEarly: false,
  });
});

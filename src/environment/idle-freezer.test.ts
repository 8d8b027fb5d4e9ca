import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { IdleFreezer, Rest } from './idle-freezer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Counting {
  readonly rest: Rest;
  /** How often it was frozen; negative when it is no more. */
  readonly times: () => number;
}

function counting(freezer: IdleFreezer): Counting {
  let times = 0;
  let isFrozen = false;
  const sandbox = {
    freeze: () => {
      times += 1;
      isFrozen = true;
    },
    thaw: () => {
      isFrozen = false;
    },
  };
  return { rest: new Rest(freezer, sandbox), times: () => (isFrozen || times === 0 ? times : -times) };
}

test('freezes what stays idle, once', () => {
  const freezer = new IdleFreezer();
  const { rest, times } = counting(freezer);
  rest.begin();
  expect(times()).toBe(0);
  vi.advanceTimersByTime(1000);
  expect(times()).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
  rest.end();
  expect(times()).toBe(-1);
});

test('leaves alone what is idle only for moments, and freezes it when it comes to rest', () => {
  const freezer = new IdleFreezer();
  const { rest, times } = counting(freezer);
  for (let invocation = 0; invocation < 100; invocation += 1) {
    rest.begin();
    vi.advanceTimersByTime(5);
    rest.end();
    vi.advanceTimersByTime(3);
  }
  expect(times()).toBe(0);
  rest.begin();
  vi.advanceTimersByTime(20);
  expect(times()).toBe(1);
});

test('each of many by its own rest', () => {
  const freezer = new IdleFreezer();
  const [early, late, busy] = [counting(freezer), counting(freezer), counting(freezer)];
  early.rest.begin();
  busy.rest.begin();
  vi.advanceTimersByTime(8);
  late.rest.begin();
  busy.rest.end();
  vi.advanceTimersByTime(5);
  expect([early.times(), late.times(), busy.times()]).toEqual([1, 0, 0]);
  vi.advanceTimersByTime(20);
  expect([early.times(), late.times(), busy.times()]).toEqual([1, 1, 0]);
});

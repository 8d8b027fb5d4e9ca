import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ShareCount, ShareWatch, wantsAll } from './share-watch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

class Group {
  count: ShareCount | undefined = { periods: 0, throttled: 0 };
  looks = 0;
  isBehind = false;

  shareCount(): ShareCount | undefined {
    this.looks += 1;
    return this.count;
  }

  standBack(isBehind: boolean): void {
    this.isBehind = isBehind;
  }

  run(periods: number, throttled: number): void {
    const before = this.count ?? { periods: 0, throttled: 0 };
    this.count = { periods: before.periods + periods, throttled: before.throttled + throttled };
  }
}

test.each([
  [5, 5, true],
  [5, 3, true],
  [2, 2, true],
  [5, 2, false],
  [1, 1, false],
  [5, 0, false],
  [0, 0, false],
])('of %i periods held back in %i: stands back %s', (periods, throttled, expected) => {
  const before = { periods: 7, throttled: 3 };
  expect(wantsAll(before, { periods: 7 + periods, throttled: 3 + throttled })).toBe(expected);
});

test('who uses up its share stands back until it no longer does', () => {
  const watch = new ShareWatch();
  const group = new Group();
  group.run(1000, 1000);
  watch.add(group);
  // What was before it was watched does not count.
  vi.advanceTimersByTime(100);
  expect(group.isBehind).toBe(false);
  group.run(5, 5);
  vi.advanceTimersByTime(100);
  expect(group.isBehind).toBe(true);
  group.run(5, 0);
  vi.advanceTimersByTime(100);
  expect(group.isBehind).toBe(false);
});

test('who uses up its share whenever it is back in line stands back longer and longer', () => {
  const watch = new ShareWatch();
  const group = new Group();
  watch.add(group);
  vi.advanceTimersByTime(100);
  const stays: number[] = [];
  for (let turn = 0; turn < 8; turn += 1) {
    group.run(5, 5);
    vi.advanceTimersByTime(100);
    let looks = 0;
    while (group.isBehind) {
      looks += 1;
      group.run(5, 0);
      vi.advanceTimersByTime(100);
    }
    stays.push(looks);
  }
  expect(stays).toEqual([1, 2, 4, 8, 16, 32, 32, 32]);
  group.run(5, 0);
  vi.advanceTimersByTime(100);
  group.run(5, 5);
  vi.advanceTimersByTime(100);
  expect(group.isBehind).toBe(true);
  group.run(5, 0);
  vi.advanceTimersByTime(100);
  expect(group.isBehind).toBe(false);
});

test('a group that the kernel says nothing about stays where it is', () => {
  const watch = new ShareWatch();
  const group = new Group();
  group.count = undefined;
  watch.add(group);
  vi.advanceTimersByTime(300);
  expect(group).toMatchObject({ looks: 3, isBehind: false });
});

test('of many groups each has its turn, one look at a time', () => {
  const watch = new ShareWatch();
  const groups = Array.from({ length: 80 }, () => new Group());
  for (const group of groups) watch.add(group);
  vi.advanceTimersByTime(500);
  expect(groups.map(({ looks }) => looks)).toEqual(groups.map(() => 2));
});

test('nothing runs while there is nobody to look at', () => {
  const watch = new ShareWatch();
  const group = new Group();
  watch.add(group);
  watch.remove(group);
  vi.advanceTimersByTime(200);
  expect(vi.getTimerCount()).toBe(0);
  expect(group.looks).toBe(0);
  watch.add(group);
  vi.advanceTimersByTime(100);
  expect(group.looks).toBe(1);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ShareCount, ShareWatch, wantsAll } from './share-watch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

class Group {
  count: ShareCount | undefined = { periods: 0, throttled: 0 };
  looks = 0;
  used: number | undefined = 0;
  isBehind = false;
  isKeptOff = false;

  shareCount(): ShareCount | undefined {
    this.looks += 1;
    return this.count;
  }

  usedUs(): number | undefined {
    return this.used;
  }

  standBack(isBehind: boolean): void {
    this.isBehind = isBehind;
  }

  keepOff(isKeptOff: boolean): void {
    this.isKeptOff = isKeptOff;
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
  for (let turn = 0; turn < 9; turn += 1) {
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
  expect(stays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 128]);
  group.run(5, 0);
  vi.advanceTimersByTime(100);
  group.run(5, 5);
  vi.advanceTimersByTime(100);
  expect(group.isBehind).toBe(true);
  group.run(5, 0);
  vi.advanceTimersByTime(100);
  expect(group.isBehind).toBe(false);
});

test('who uses more in line than behind was kept waiting, and stands back longer; who does not is free', () => {
  const watch = new ShareWatch();
  const group = new Group();
  const look = (usedUs: number, throttled = 0): boolean => {
    group.run(5, throttled);
    group.used = (group.used ?? 0) + usedUs;
    vi.advanceTimersByTime(100);
    return group.isBehind;
  };
  watch.add(group);
  look(0);
  expect(look(100_000, 5)).toBe(true);
  expect(look(0)).toBe(false);
  // 30 ms in this one: behind, it had none.
  expect(look(30_000)).toBe(true);
  expect([look(20_000), look(20_000)]).toEqual([true, false]);
  expect(look(20_000)).toBe(false);
  expect(look(90_000)).toBe(false);
});

test('a suspect stands back at once, and for longer each time it becomes one; a stopped one is none', () => {
  const watch = new ShareWatch();
  const group = new Group();
  watch.suspect(group);
  expect(group.isBehind).toBe(false);
  watch.add(group);
  watch.suspect(group);
  expect(group.isBehind).toBe(true);
  const stays = [1, 2].map(() => {
    let looks = 0;
    for (; group.isBehind; looks += 1) vi.advanceTimersByTime(100);
    watch.suspect(group);
    return looks;
  });
  expect(stays).toEqual([10, 18]);
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

test('who wants all there is runs on some processors only, as long as others run and a while after', () => {
  const watch = new ShareWatch();
  const hog = new Group();
  const other = new Group();
  const look = (throttled: number): boolean => {
    hog.run(5, throttled);
    vi.advanceTimersByTime(100);
    return hog.isKeptOff;
  };
  watch.add(hog);
  expect([look(0), look(5), look(5)]).toEqual([false, false, false]);
  watch.add(other);
  expect([look(5), look(5), look(5)]).toEqual([false, false, true]);
  expect(other.isKeptOff).toBe(false);
  watch.remove(other);
  for (let looks = 1; looks < 50; looks += 1) expect(look(5)).toBe(true);
  expect(look(5)).toBe(false);
  // Between two looks only.
  watch.add(other);
  watch.remove(other);
  expect(look(5)).toBe(true);
  // Behind, in line for a trial, and free.
  expect([look(0), hog.isBehind]).toEqual([true, false]);
  expect([look(0), hog.isBehind]).toEqual([false, false]);
});

test('a suspect is kept off from the start where others run', () => {
  const watch = new ShareWatch();
  const [suspect, other] = [new Group(), new Group()];
  watch.add(other);
  vi.advanceTimersByTime(200);
  watch.add(suspect);
  watch.suspect(suspect);
  expect(suspect.isKeptOff).toBe(true);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BackupWatch } from './backup-watch.ts';

let isUnderWay: boolean | Error;
let asked: number;
let watch: BackupWatch;
const again = vi.fn<() => void>();

beforeEach(() => {
  vi.useFakeTimers();
  isUnderWay = false;
  asked = 0;
  watch = new BackupWatch(async () => {
    asked += 1;
    if (isUnderWay instanceof Error) throw isUnderWay;
    return isUnderWay;
  });
});

afterEach(() => {
  vi.useRealTimers();
  again.mockClear();
});

test('puts nothing off where there is no backup, and looks no further', async () => {
  expect(await watch.putsOff(again)).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toBe(1);
  expect(again).not.toHaveBeenCalled();
});

test('tells each that waits once when there is none any more', async () => {
  isUnderWay = true;
  expect(await watch.putsOff(again)).toBe(true);
  expect(await watch.putsOff(again)).toBe(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(again).not.toHaveBeenCalled();
  // What nobody can be asked about goes on.
  isUnderWay = new Error('no connection');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(again).not.toHaveBeenCalled();
  isUnderWay = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(again).toHaveBeenCalledTimes(1);
  expect(await watch.putsOff(again)).toBe(false);
});

test('tells nobody after it is closed', async () => {
  isUnderWay = true;
  await watch.putsOff(again);
  watch.close();
  isUnderWay = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(again).not.toHaveBeenCalled();
});

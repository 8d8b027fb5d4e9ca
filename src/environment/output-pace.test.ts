import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OutputPace, OutputPacing } from './output-pace.ts';

let pacing: OutputPacing;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout', 'setImmediate'] });
  pacing = new OutputPacing();
});
afterEach(() => vi.useRealTimers());

function flooded(): { pace: OutputPace; stream: PassThrough } {
  const pace = new OutputPace(pacing);
  const stream = new PassThrough().resume();
  pace.attach(stream);
  for (let line = 0; line < 5000; line += 1) pace.addLine();
  return { pace, stream };
}

test('output within the budget is read as it comes', () => {
  const pace = new OutputPace(pacing);
  const stream = new PassThrough().resume();
  pace.attach(stream);
  for (let line = 0; line < 4000; line += 1) pace.addLine();
  expect(stream.isPaused()).toBe(false);
  expect(pace.resumed).toBeUndefined();
});

test('a flood waits until its third of the time has gone by, and then has a budget again', () => {
  const { pace, stream } = flooded();
  expect(stream.isPaused()).toBe(true);
  vi.advanceTimersByTime(29);
  expect(stream.isPaused()).toBe(true);
  vi.advanceTimersByTime(1);
  expect(stream.isPaused()).toBe(false);
  pace.addLine();
  expect(stream.isPaused()).toBe(false);
});

test('time that went by before counts', () => {
  const pace = new OutputPace(pacing);
  const stream = new PassThrough().resume();
  pace.attach(stream);
  vi.advanceTimersByTime(60_000);
  pace.addBytes(10_000_000);
  expect(stream.isPaused()).toBe(true);
  vi.advanceTimersByTime(1);
  expect(stream.isPaused()).toBe(false);
});

test('what came on top of the budget is waited for as well', () => {
  const { pace, stream } = flooded();
  pace.addBytes(10_000_000);
  vi.advanceTimersByTime(59);
  expect(stream.isPaused()).toBe(true);
  vi.advanceTimersByTime(1);
  expect(stream.isPaused()).toBe(false);
});

test('two floods share that third', () => {
  const floods = [flooded(), flooded()];
  vi.advanceTimersByTime(59);
  expect(floods.map(({ stream }) => stream.isPaused())).toEqual([true, true]);
  vi.advanceTimersByTime(1);
  expect(floods.map(({ stream }) => stream.isPaused())).toEqual([false, false]);
  expect(pacing.floods).toBe(0);
});

test('streams that come later wait too; those of a writer that ended do not', async () => {
  const { pace, stream } = flooded();
  const late = new PassThrough().resume();
  pace.attach(late);
  expect(late.isPaused()).toBe(true);
  pace.release(stream);
  expect(stream.isPaused()).toBe(false);
  const resumed = pace.resumed;
  vi.advanceTimersByTime(30);
  await resumed;
  expect(late.isPaused()).toBe(false);
});

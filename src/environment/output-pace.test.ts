import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OutputPace, OutputPacing } from './output-pace.ts';

let pacing: OutputPacing;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout', 'setImmediate'] });
  pacing = new OutputPacing();
});
afterEach(() => vi.useRealTimers());

function attached(pace: OutputPace): PassThrough {
  const stream = new PassThrough();
  pace.read(stream, () => undefined);
  return stream;
}

function flooded(): { pace: OutputPace; stream: PassThrough } {
  const pace = new OutputPace(pacing, () => undefined);
  const stream = attached(pace);
  for (let line = 0; line < 2000; line += 1) pace.addLine();
  return { pace, stream };
}

test('output within a slice is read as it comes', () => {
  const pace = new OutputPace(pacing, () => undefined);
  const stream = attached(pace);
  for (let line = 0; line < 70; line += 1) pace.addLine();
  expect(stream.isPaused()).toBe(false);
  expect(pace.resumed).toBeUndefined();
});

test('after each slice everybody else has one turn, as long as there is some budget left', async () => {
  const pace = new OutputPace(pacing, () => undefined);
  const stream = attached(pace);
  for (let slice = 0; slice < 6; slice += 1) {
    for (let line = 0; line < 80; line += 1) pace.addLine();
    expect(stream.isPaused()).toBe(true);
    const { resumed } = pace;
    vi.runAllTicks();
    vi.advanceTimersByTime(0);
    await resumed;
    expect(stream.isPaused()).toBe(false);
  }
  expect(pacing.floods).toBe(0);
});

test('a flood waits until its third of the time has gone by, and then has a budget again', () => {
  const { pace, stream } = flooded();
  expect(stream.isPaused()).toBe(true);
  vi.advanceTimersByTime(11);
  expect(stream.isPaused()).toBe(true);
  vi.advanceTimersByTime(1);
  expect(stream.isPaused()).toBe(false);
  pace.addLine();
  expect(stream.isPaused()).toBe(false);
  expect(pacing.floods).toBe(0);
});

test('a flood is told of once in each of its rounds', () => {
  let told = 0;
  const pace = new OutputPace(pacing, () => (told += 1));
  for (const round of [1, 2]) {
    for (let line = 0; line < 2000; line += 1) pace.addLine();
    expect(told).toBe(round);
    vi.advanceTimersByTime(1000);
  }
  pace.addLine();
  expect(told).toBe(2);
});

test('whoever is read a line at a time has used up the budget sooner', async () => {
  const pace = new OutputPace(pacing, () => undefined);
  const stream = new PassThrough();
  let lines = 0;
  pace.read(stream, () => {
    lines += 1;
    pace.addLine();
  });
  while (!stream.isPaused()) {
    stream.write('line');
    await new Promise((resolve) => process.nextTick(resolve));
    vi.advanceTimersByTime(0);
  }
  expect(pacing.floods).toBe(1);
  expect(lines).toBeLessThan(100);
});

test('time that went by before counts', () => {
  const pace = new OutputPace(pacing, () => undefined);
  const stream = attached(pace);
  vi.advanceTimersByTime(60_000);
  pace.addBytes(2_000_000);
  expect(stream.isPaused()).toBe(true);
  vi.advanceTimersByTime(1);
  expect(stream.isPaused()).toBe(false);
});

test('what came on top of the budget is waited for as well', () => {
  const { pace, stream } = flooded();
  pace.addBytes(2_000_000);
  vi.advanceTimersByTime(23);
  expect(stream.isPaused()).toBe(true);
  vi.advanceTimersByTime(1);
  expect(stream.isPaused()).toBe(false);
});

test('two floods share that third', () => {
  const floods = [flooded(), flooded()];
  vi.advanceTimersByTime(23);
  expect(floods.map(({ stream }) => stream.isPaused())).toEqual([true, true]);
  vi.advanceTimersByTime(1);
  expect(floods.map(({ stream }) => stream.isPaused())).toEqual([false, false]);
  expect(pacing.floods).toBe(0);
});

test('streams that come later wait too; those of a writer that ended do not', async () => {
  const { pace, stream } = flooded();
  const late = attached(pace);
  expect(late.isPaused()).toBe(true);
  pace.release(stream);
  expect(stream.isPaused()).toBe(false);
  const resumed = pace.resumed;
  vi.advanceTimersByTime(12);
  await resumed;
  expect(late.isPaused()).toBe(false);
});

test('the rest of a large piece waits as well, and comes in order', async () => {
  const pace = new OutputPace(pacing, () => undefined);
  const stream = new PassThrough();
  let handled = Buffer.alloc(0);
  pace.read(stream, (bytes) => {
    handled = Buffer.concat([handled, bytes]);
    if (handled.length === 8192) pace.addBytes(2_000_000);
  });
  const piece = Buffer.from(Array.from({ length: 15_000 }, (_, index) => index % 251));
  stream.write(piece);
  // Streams flow by ticks of their own, which are real ones.
  await Promise.resolve();
  await new Promise((resolve) => process.nextTick(resolve));
  expect(handled).toHaveLength(8192);
  vi.advanceTimersByTime(12);
  await new Promise((resolve) => process.nextTick(resolve));
  await new Promise((resolve) => process.nextTick(resolve));
  expect(handled.equals(piece)).toBe(true);
});

test('what somebody else has read on meanwhile still waits for its turn', async () => {
  const { pace } = flooded();
  const stream = new PassThrough();
  let handled = 0;
  pace.read(stream, (bytes) => (handled += bytes.length));
  stream.resume();
  stream.write(Buffer.alloc(15_000));
  await new Promise((resolve) => process.nextTick(resolve));
  await new Promise((resolve) => process.nextTick(resolve));
  expect(handled).toBe(0);
  expect(stream.isPaused()).toBe(true);
  pace.release(stream);
  await new Promise((resolve) => process.nextTick(resolve));
  await new Promise((resolve) => process.nextTick(resolve));
  expect(handled).toBe(15_000);
});

test('what is put back for another turn arrives whole and in order, whatever is written over meanwhile', async () => {
  vi.useRealTimers();
  const pace = new OutputPace(new OutputPacing(), () => undefined);
  const stream = new PassThrough();
  const seen: Buffer[] = [];
  pace.read(stream, (bytes) => {
    seen.push(Buffer.from(bytes));
    // Each piece takes a slice.
    for (let line = 0; line < 80; line += 1) pace.addLine();
  });
  const sent = Array.from({ length: 6 }, (_, index) => Buffer.alloc(30_000 * (index + 1), index + 1));
  for (const chunk of sent) {
    const shared = Buffer.from(chunk);
    stream.emit('data', shared);
    shared.fill(0);
    await vi.waitFor(() => expect(stream.readableLength).toBe(0), 30_000);
  }
  await vi.waitFor(() => expect(Buffer.concat(seen).equals(Buffer.concat(sent))).toBe(true), 30_000);
});

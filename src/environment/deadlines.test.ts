import { expect, onTestFinished, test, vi } from 'vitest';
import { Deadlines } from './deadlines.ts';
import { SocketPairs } from './testing/socket-pair.ts';

test('each deadline passes when it is due, the removed ones never', async () => {
  const deadlines = new Deadlines();
  const passed: string[] = [];
  const start = performance.now();
  const add = (name: string, inMs: number) => {
    const deadline = {
      atMs: start + inMs,
      onPassed: () => passed.push(`${name} ${performance.now() >= start + inMs}`),
    };
    deadlines.add(deadline);
    return deadline;
  };
  add('late', 60);
  const removed = add('removed', 10);
  add('early', 20);
  add('middle', 40);
  deadlines.remove(removed);
  // Where the event loop stood still over two of them, they pass together.
  await vi.waitFor(
    () => expect(passed.toSorted()).toEqual(['early true', 'late true', 'middle true']),
    25_000,
  );
});

test('they pass in the order in which they are due', () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout', 'setImmediate'] });
  onTestFinished(() => void vi.useRealTimers());
  const deadlines = new Deadlines();
  const passed: number[] = [];
  const start = performance.now();
  for (const inMs of [60, 20, 40]) deadlines.add({ atMs: start + inMs, onPassed: () => passed.push(inMs) });
  vi.advanceTimersByTime(100);
  expect(passed).toEqual([20, 40, 60]);
});

test('a deadline that has passed already passes at once, and may add another', async () => {
  const deadlines = new Deadlines();
  const second = Promise.withResolvers<string>();
  deadlines.add({
    atMs: performance.now() - 5,
    onPassed: () => deadlines.add({ atMs: performance.now() + 5, onPassed: () => second.resolve('second') }),
  });
  expect(await second.promise).toBe('second');
});

test('what was met in time does not pass, where the platform was kept from reading of it', async () => {
  const deadlines = new Deadlines();
  const passed: string[] = [];
  const pairs = new SocketPairs();
  await pairs.listen();
  const { near, far } = await pairs.make();
  far.on('data', () => deadlines.remove(met));
  far.resume();
  await new Promise((resolve) => setImmediate(resolve));
  // From here to where both are over the event loop has no turn, and so neither passes before the answer is written.
  const atMs = performance.now() + 5;
  const met = { atMs, onPassed: () => passed.push('met') };
  const missed = { atMs, onPassed: () => passed.push('missed') };
  deadlines.add(met);
  deadlines.add(missed);
  near.write('answer');
  // The event loop stands still until both are over.
  while (performance.now() < missed.atMs + 1) continue;
  await vi.waitFor(() => expect(passed).toContain('missed'), 25_000);
  expect(passed).toEqual(['missed']);
  near.destroy();
  far.destroy();
  pairs.close();
});

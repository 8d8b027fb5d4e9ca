import { expect, test, vi } from 'vitest';
import { Deadlines } from './deadlines.ts';

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
  await vi.waitFor(() => expect(passed).toEqual(['early true', 'middle true', 'late true']), 25_000);
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

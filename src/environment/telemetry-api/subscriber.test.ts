import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Destination } from './destination.ts';
import { Subscriber } from './subscriber.ts';
import type { DroppedTelemetry } from './telemetry-event.ts';

/** A listener of the test's own, that answers when the test says so. */
class Listener implements Destination {
  readonly batches: (readonly string[])[] = [];
  readonly answers: { take: () => void; refuse: () => void }[] = [];
  isClosed = false;

  send(events: readonly string[]): Promise<void> {
    this.batches.push(events);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.answers.push({ take: resolve, refuse: () => reject(new Error('no')) });
    return promise;
  }

  close(): void {
    this.isClosed = true;
  }
}

const buffering = { maxBytes: 100, maxItems: 5, timeoutMs: 1000 };
let listener: Listener;
let dropped: DroppedTelemetry[];
let subscriber: Subscriber;

beforeEach(() => {
  vi.useFakeTimers();
  listener = new Listener();
  dropped = [];
  subscriber = new Subscriber({
    buffering,
    destination: listener,
    droppedJson: ({ droppedRecords }) => `dropped ${droppedRecords}`,
    onDropped: (facts) => dropped.push(facts),
  });
});
afterEach(() => {
  subscriber.close();
  vi.useRealTimers();
});

async function answer(how: 'take' | 'refuse'): Promise<void> {
  listener.answers.at(-1)?.[how]();
  await vi.advanceTimersByTimeAsync(0);
}

function pushMany(count: number, prefix = 'e'): void {
  for (let index = 0; index < count; index += 1) subscriber.push(`${prefix}${index}`, false);
}

describe('a batch leaves', () => {
  test('when it is old enough', async () => {
    subscriber.push('a', false);
    await vi.advanceTimersByTimeAsync(600);
    subscriber.push('b', false);
    await vi.advanceTimersByTimeAsync(399);
    expect(listener.batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(listener.batches).toEqual([['a', 'b']]);
  });

  test('when it has enough events', () => {
    pushMany(4);
    expect(listener.batches).toEqual([]);
    subscriber.push('e4', false);
    expect(listener.batches).toEqual([['e0', 'e1', 'e2', 'e3', 'e4']]);
  });

  test('before it would have too many bytes', () => {
    subscriber.push('x'.repeat(60), false);
    subscriber.push('y'.repeat(60), false);
    expect(listener.batches).toEqual([['x'.repeat(60)]]);
  });

  test('alone when it is one event larger than that', () => {
    subscriber.push('ü'.repeat(80), false);
    expect(listener.batches).toEqual([['ü'.repeat(80)]]);
  });

  test('right after the one before it, when it is due by then', async () => {
    pushMany(5);
    subscriber.push('late', false);
    await vi.advanceTimersByTimeAsync(5000);
    expect(listener.batches).toHaveLength(1);
    await answer('take');
    expect(listener.batches[1]).toEqual(['late']);
  });
});

describe('a listener that', () => {
  test('is slow loses what is too much, and is told how much', async () => {
    pushMany(5);
    pushMany(12, 'f');
    expect(listener.batches).toHaveLength(1);
    await answer('take');
    expect(listener.batches[1]).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
    expect(dropped).toEqual([
      { reason: expect.stringContaining('fallen behind'), droppedRecords: 7, droppedBytes: 16 },
    ]);
    subscriber.push('after', false);
    await answer('take');
    await vi.advanceTimersByTimeAsync(1000);
    expect(listener.batches[2]).toEqual(['dropped 7', 'after']);
  });

  test('is slow still gets what the platform has to say, within bounds', async () => {
    pushMany(5);
    pushMany(5, 'f');
    for (let index = 0; index < 7; index += 1) subscriber.push(`p${index}`, true);
    await answer('take');
    const platform = ['p0', 'p1', 'p2', 'p3', 'p4'];
    expect(listener.batches[1]).toEqual(['f0', 'f1', 'f2', 'f3', 'f4', ...platform]);
    expect(dropped).toMatchObject([{ droppedRecords: 2 }]);
  });

  test('refuses gets the same events again, later and later', async () => {
    pushMany(5);
    await answer('refuse');
    expect(listener.batches).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(25);
    expect(listener.batches).toHaveLength(2);
    await answer('refuse');
    await vi.advanceTimersByTimeAsync(49);
    expect(listener.batches).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(listener.batches[2]).toEqual(listener.batches[0]);
    await answer('take');
    expect(dropped).toEqual([]);
  });

  test('refuses for good loses them, and is told', async () => {
    pushMany(5);
    for (let tries = 0; tries < 10; tries += 1) {
      await answer('refuse');
      await vi.advanceTimersByTimeAsync(2000);
    }
    expect(dropped).toEqual([
      { reason: 'The events could not be delivered: no', droppedRecords: 5, droppedBytes: 10 },
    ]);
    expect(listener.batches.at(-1)).toEqual(['dropped 5']);
  });

  test('is closed is not sent anything any more', async () => {
    pushMany(5);
    subscriber.push('late', false);
    subscriber.close();
    await answer('refuse');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(listener.batches).toHaveLength(1);
    expect(listener.isClosed).toBe(true);
  });
});

describe('at the end', () => {
  test('everything leaves at once', async () => {
    pushMany(5);
    subscriber.push('late', false);
    let isOver = false;
    const over = subscriber.hurry(500).then(() => (isOver = true));
    await answer('take');
    expect(listener.batches[1]).toEqual(['late']);
    expect(isOver).toBe(false);
    await answer('take');
    await over;
    subscriber.push('last', false);
    expect(listener.batches[2]).toEqual(['last']);
  });

  test('a pause is cut short, and nobody waits for one that is dead', async () => {
    pushMany(5);
    for (let tries = 0; tries < 4; tries += 1) {
      await answer('refuse');
      await vi.advanceTimersByTimeAsync(25 * 2 ** tries);
    }
    await answer('refuse');
    const before = listener.batches.length;
    const over = subscriber.hurry(500);
    await vi.advanceTimersByTimeAsync(0);
    expect(listener.batches).toHaveLength(before + 1);
    await vi.advanceTimersByTimeAsync(500);
    await over;
  });
});

import { describe, expect, test } from 'vitest';
import { type ScheduledStream, WriteScheduler } from './write-scheduler.ts';

/** A stream with so many pieces to write, which writes one at a time. */
class Pieces implements ScheduledStream {
  left: number;
  running = 0;
  overlapped = false;
  readonly #onWrite: () => void;

  constructor(count: number, onWrite: () => void = () => undefined) {
    this.left = count;
    this.#onWrite = onWrite;
  }

  flushDue(): boolean {
    return false;
  }

  async writeSome(): Promise<boolean> {
    this.running += 1;
    this.overlapped ||= this.running > 1;
    await new Promise((resolve) => setImmediate(resolve));
    this.#onWrite();
    this.left -= 1;
    this.running -= 1;
    return this.left > 0;
  }
}

describe('the write scheduler', () => {
  test('writes everything, never one stream twice at a time', async () => {
    const scheduler = new WriteScheduler(10, 3);
    const streams: Pieces[] = [];
    // Each stream asks for more while it is being written.
    for (let index = 0; index < 20; index += 1) {
      const stream = new Pieces(10, () => {
        for (const other of streams) if (other.left > 1) scheduler.writeSoon(other);
      });
      streams.push(stream);
    }
    for (const stream of streams) scheduler.writeSoon(stream);
    await scheduler.flush();
    expect(streams.filter((stream) => stream.left > 0 || stream.overlapped)).toEqual([]);
  });

  test('a stream that always has more does not keep the others waiting', async () => {
    const scheduler = new WriteScheduler(10, 1);
    const endless = new Pieces(1000);
    const others = Array.from({ length: 10 }, () => new Pieces(1));
    scheduler.writeSoon(endless);
    for (const other of others) scheduler.writeSoon(other);
    while (others.some((other) => other.left > 0)) await new Promise((resolve) => setImmediate(resolve));
    expect(endless.left).toBeGreaterThan(900);
    await scheduler.flush();
    expect(endless.left).toBe(0);
  });
});

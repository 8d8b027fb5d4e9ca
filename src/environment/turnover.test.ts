import { describe, expect, test } from 'vitest';
import { Turnover } from './turnover.ts';

/** Looks at so many turns of a millisecond in which invocations of this duration ended. */
function turns(turnover: Turnover, count: number, busy: number, idleShare: number, durationMs: number): void {
  for (let turn = 0; turn < count; turn += 1) {
    for (let ended = 0; ended < 20; ended += 1) turnover.ended(durationMs);
    turnover.look(busy, 1, idleShare);
  }
}

describe('how many environments are worth using at once', () => {
  test('as many as there are invocations, as long as nobody has looked', () => {
    expect(new Turnover().limit).toBe(Number.POSITIVE_INFINITY);
  });

  test('few, where the platform is busy and invocations are brief', () => {
    const turnover = new Turnover();
    turns(turnover, 200, 128, 0, 0.3);
    expect(turnover.limit).toBe(8);
  });

  test('all, where the platform has time left', () => {
    const turnover = new Turnover();
    turns(turnover, 200, 128, 0.5, 0.3);
    expect(turnover.limit).toBe(Number.POSITIVE_INFINITY);
  });

  test('all, where invocations take their time, however busy the platform is', () => {
    const turnover = new Turnover();
    turns(turnover, 200, 128, 0, 20);
    expect(turnover.limit).toBe(Number.POSITIVE_INFINITY);
  });

  test('all, where invocations take their time and the platform is busy with something else, in long turns', () => {
    const turnover = new Turnover();
    for (let look = 0; look < 200; look += 1) {
      turnover.ended(600);
      turnover.look(6, 200, 0);
    }
    expect(turnover.limit).toBe(Number.POSITIVE_INFINITY);
  });

  test('more again within milliseconds when the platform has time, or nothing ends any more', () => {
    for (const look of [(it: Turnover) => turns(it, 1, 8, 0.9, 0.3), (it: Turnover) => it.look(8, 1, 0)]) {
      const turnover = new Turnover();
      turns(turnover, 200, 64, 0, 0.3);
      let looks = 0;
      for (let busy = 8; busy < 64 && looks < 100; looks += 1) {
        look(turnover);
        busy = Math.min(64, turnover.limit);
      }
      expect(looks).toBeLessThan(20);
    }
  });

  test('one look without an end proves nothing: it may have come before the responses of its turn', () => {
    const turnover = new Turnover();
    turns(turnover, 200, 64, 0, 0.3);
    turnover.look(8, 1, 0.1);
    expect(turnover.limit).toBe(8);
  });

  test('as many as there are when there is load again, and as few as before once the platform is busy', () => {
    const turnover = new Turnover();
    turns(turnover, 200, 128, 0, 0.3);
    turnover.rest(1000);
    turnover.resume(5999);
    expect(turnover.limit).toBe(Number.POSITIVE_INFINITY);
    turns(turnover, 1, 128, 0, 0.3);
    expect(turnover.limit).toBe(Number.POSITIVE_INFINITY);
    turns(turnover, 1, 128, 0, 0.3);
    expect(turnover.limit).toBe(8);
  });

  test('what was found out is forgotten after five seconds, and where many more turn out to be needed', () => {
    const late = new Turnover();
    turns(late, 200, 128, 0, 0.3);
    late.rest(1000);
    late.resume(6001);
    turns(late, 5, 128, 0, 0.3);
    expect(late.limit).toBe(Number.POSITIVE_INFINITY);

    const slow = new Turnover();
    turns(slow, 200, 128, 0, 0.3);
    for (let busy = 8; busy < 128; busy = slow.limit) slow.look(busy, 1, 0);
    turns(slow, 2, 128, 0, 0.3);
    expect(slow.limit).toBeGreaterThan(64);
  });
});

describe('how many environments are worth starting for brief invocations', () => {
  test('whether they are brief is known from those that have ended, and is not forgotten without load', () => {
    const turnover = new Turnover();
    expect(turnover.isBrief).toBe(false);
    turnover.ended(1);
    expect(turnover.isBrief).toBe(true);
    for (let ended = 0; ended < 20; ended += 1) turnover.ended(600);
    expect(turnover.isBrief).toBe(false);
    for (let ended = 0; ended < 200; ended += 1) turnover.ended(1);
    turnover.rest(1000);
    expect(turnover.isBrief).toBe(true);
  });

  test('none is brief any more when nothing ends', () => {
    const turnover = new Turnover();
    turns(turnover, 10, 4, 0.5, 1);
    for (let look = 0; look < 50; look += 1) turnover.look(4, 1, 0.5);
    expect(turnover.isBrief).toBe(false);
    turns(turnover, 1, 4, 0.5, 1);
    expect(turnover.isBrief).toBe(true);
  });

  test('one for each processor, and eight on a machine that has fewer', () => {
    for (const [processors, environments, more] of [
      [16, 1, 15],
      [16, 15, 1],
      [2, 0, 8],
      [2, 7, 1],
    ] as const)
      expect(new Turnover(processors).growth(environments, 0)).toBe(more);
  });

  test('more only where somebody has waited for long, and then step by step', () => {
    const turnover = new Turnover(4);
    for (const environments of [8, 40]) expect(turnover.growth(environments, 49)).toBe(0);
    expect(turnover.growth(8, 50)).toBe(2);
    expect(turnover.growth(40, 50)).toBe(10);
  });
});

describe('how many events a runtime is worth having ahead', () => {
  test('none, where each invocation gets an environment of its own at once', () => {
    const turnover = new Turnover();
    turns(turnover, 5, 4, 0.5, 0.3);
    expect([turnover.isLimited, turnover.depth]).toEqual([false, 0]);
  });

  test.each([
    [0.05, 8],
    [0.1, 8],
    [0.3, 3],
    [0.6, 1],
    [1.2, 0],
  ])('about a millisecond of them, at most eight: of %s ms each, %i', (durationMs, depth) => {
    const turnover = new Turnover();
    turns(turnover, 200, 128, 0, durationMs);
    // Those that began beside all the others say nothing.
    for (let ended = 0; ended < 500; ended += 1) turnover.ended(durationMs);
    expect(turnover.isLimited).toBe(true);
    expect(turnover.depth).toBe(depth);
  });

  test('runtimes that take events ahead stay awake: two of them may be enough', () => {
    const turnover = new Turnover();
    turnover.follow();
    turns(turnover, 200, 128, 0, 0.3);
    expect(turnover.limit).toBe(2);
  });
});

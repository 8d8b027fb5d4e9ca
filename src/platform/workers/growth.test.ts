import { describe, expect, test } from 'vitest';
import { Growth } from './growth.ts';
import type { Load } from './worker-messages.ts';

const LOOK_MS = 1000;
const IDLE_MS = 60_000;
const busy: Load = { utilization: 0.97, perSecond: 5000, connections: 64 };
const quiet: Load = { utilization: 0.01, perSecond: 2, connections: 1 };

/** Looks at loads that stay the same for so long; says how many workers there are then. */
class Course {
  readonly #growth: Growth;
  #nowMs = 0;
  count = 0;
  why = '';

  constructor(most = 4) {
    this.#growth = new Growth({ most, idleMs: IDLE_MS });
  }

  run(ms: number, main: Load, worker: Load = main): number {
    for (const end = this.#nowMs + ms; this.#nowMs < end; ) {
      this.#nowMs += LOOK_MS;
      const workers = Array.from({ length: this.count }, () => worker);
      const step = this.#growth.look({ nowMs: this.#nowMs, main, workers });
      this.count = step?.count ?? this.count;
      this.why = step?.why ?? this.why;
    }
    return this.count;
  }
}

describe('workers come', () => {
  test('two at first, when the main process was short of time three looks in a row', () => {
    const course = new Course();
    expect(course.run(2000, busy)).toBe(0);
    expect(course.run(1000, quiet)).toBe(0);
    expect(course.run(2000, busy)).toBe(0);
    expect(course.run(1000, busy)).toBe(2);
    expect(course.why).toBe(
      'the main process was busy 97% of the time, with 5000 invokes a second on 64 connections',
    );
  });

  test.each([
    ['that is busy, but not with plain invokes', { ...busy, perSecond: 100 }],
    ['with time left', { ...busy, utilization: 0.75 }],
    ['whose invokes come on too few connections to share', { ...busy, connections: 3 }],
  ])('never to a main process %s', (_what, load) => {
    expect(new Course().run(10 * IDLE_MS, load)).toBe(0);
  });

  test('one by one then, while those there are have no time left, up to the most', () => {
    const course = new Course();
    course.run(3000, busy);
    expect(course.run(2000, quiet, busy)).toBe(2);
    expect(course.run(1000, quiet, busy)).toBe(3);
    expect(course.run(3000, quiet, busy)).toBe(4);
    expect(course.run(10 * IDLE_MS, quiet, busy)).toBe(4);
  });

  test('no more of them than there are connections to share', () => {
    const course = new Course();
    course.run(3000, busy);
    expect(course.run(10 * IDLE_MS, quiet, { ...busy, connections: 2 })).toBe(2);
  });

  test.each([2, 3])('where there may be %i, no more', (most) => {
    expect(new Course(most).run(10 * IDLE_MS, busy)).toBe(most);
  });
});

describe('workers go', () => {
  test('all, after a time in which one process would have done', () => {
    const course = new Course();
    course.run(9000, busy);
    expect(course.count).toBe(4);
    expect(course.run(IDLE_MS - LOOK_MS, quiet)).toBe(4);
    expect(course.run(3 * LOOK_MS, quiet)).toBe(0);
  });

  test('none, if there was more to do once', () => {
    const course = new Course(2);
    course.run(3000, busy);
    for (let round = 0; round < 5; round += 1) {
      expect(course.run(IDLE_MS / 2, quiet)).toBe(2);
      expect(course.run(1000, quiet, { ...busy, utilization: 0.6 })).toBe(2);
    }
  });

  test('down to as many as were needed at the worst moment', () => {
    const course = new Course();
    course.run(9000, busy);
    course.run(IDLE_MS / 2, quiet, { ...busy, utilization: 0.25 });
    expect(course.run(IDLE_MS, quiet)).toBe(3);
  });

  test('with nothing to do at all, however busy the main process is', () => {
    const course = new Course();
    course.run(3000, busy);
    expect(course.run(2 * IDLE_MS, { ...quiet, utilization: 1 }, quiet)).toBe(0);
  });

  test('and come again', () => {
    const course = new Course();
    course.run(3000, busy);
    course.run(2 * IDLE_MS, quiet);
    expect(course.run(3000, busy)).toBe(2);
  });
});

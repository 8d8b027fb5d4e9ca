import { describe, expect, test } from 'vitest';
import type { StoredPolicy, StoredTarget } from './stored-definitions.ts';
import { type LastChanges, type Points, trackedCapacity } from './target-tracking.ts';

const NOW_MS = 1_800_000_000_000;
const NEVER: LastChanges = { outMs: undefined, outFrom: 0, inMs: undefined };

const TARGET: StoredTarget = {
  id: 't',
  min: 1,
  max: 100,
  suspended: { scaleIn: false, scaleOut: false, scheduled: false },
  createdAtMs: 0,
};

function policy(change: Partial<StoredPolicy> = {}): { name: string; value: StoredPolicy } {
  const value = {
    id: 'p',
    targetValue: 0.7,
    scaleOutCooldownS: undefined,
    scaleInCooldownS: undefined,
    disableScaleIn: undefined,
    createdAtMs: 0,
    ...change,
  };
  return { name: `at ${value.targetValue}`, value };
}

interface Situation {
  readonly points: Points;
  readonly current?: number;
  readonly target?: Partial<StoredTarget>;
  readonly policies?: readonly ReturnType<typeof policy>[];
  readonly last?: Partial<LastChanges>;
}

function tracked({
  points,
  current = 10,
  target,
  policies = [policy()],
  last,
}: Situation): number | undefined {
  const changed = trackedCapacity(
    policies,
    { ...TARGET, ...target },
    current,
    points,
    { ...NEVER, ...last },
    NOW_MS,
  );
  return changed?.capacity;
}

/** So many minutes alike. */
function minutes(count: number, point: number | undefined): Points {
  return Array.from({ length: count }, () => point);
}

describe('scaling out', () => {
  test('takes three minutes above the target, and is in proportion', () => {
    expect(tracked({ points: minutes(2, 1) })).toBeUndefined();
    expect(tracked({ points: minutes(3, 1) })).toBe(15);
    expect(tracked({ points: [0.1, ...minutes(3, 0.8)] })).toBe(12);
    expect(tracked({ points: minutes(3, 0.7) })).toBeUndefined();
    expect(tracked({ points: [1, undefined, 1, 1] })).toBeUndefined();
    expect(tracked({ points: [1, 1, 0.5] })).toBeUndefined();
  });

  test('ends at the maximum', () => {
    expect(tracked({ points: minutes(3, 1), target: { max: 12 } })).toBe(12);
    expect(tracked({ points: minutes(3, 1), target: { max: 10 } })).toBeUndefined();
  });

  test('counts the last change as part of the next while that cools down', () => {
    const policies = [policy({ scaleOutCooldownS: 300 })];
    const last = { outMs: NOW_MS - 299_000, outFrom: 5 };
    expect(tracked({ points: minutes(3, 1), policies, last })).toBeUndefined();
    expect(tracked({ points: minutes(3, 1), policies, last: { ...last, outFrom: 9 } })).toBe(13);
    expect(tracked({ points: minutes(3, 1), policies, last: { ...last, outMs: NOW_MS - 300_000 } })).toBe(15);
  });

  test('follows whichever policy asks for most', () => {
    const policies = [
      policy({ targetValue: 0.8 }),
      policy({ targetValue: 0.5 }),
      policy({ targetValue: 0.9 }),
    ];
    expect(tracked({ points: minutes(3, 1), policies })).toBe(20);
  });

  test('may be suspended', () => {
    const suspended = { scaleIn: false, scaleOut: true, scheduled: false };
    expect(tracked({ points: minutes(3, 1), target: { suspended } })).toBeUndefined();
  });
});

describe('scaling in', () => {
  test('takes fifteen minutes below nine tenths of the target, and goes by a tenth', () => {
    expect(tracked({ points: minutes(14, 0.1) })).toBeUndefined();
    expect(tracked({ points: minutes(15, 0.1) })).toBe(9);
    expect(tracked({ points: minutes(15, 0.1), current: 50 })).toBe(45);
    // In proportion it would be 49.
    expect(tracked({ points: minutes(15, 0.62), current: 55 })).toBe(50);
    expect(tracked({ points: minutes(15, 0.64) })).toBeUndefined();
  });

  test('does not happen without traffic', () => {
    expect(tracked({ points: minutes(15, undefined) })).toBeUndefined();
    expect(tracked({ points: [...minutes(14, 0.1), undefined] })).toBeUndefined();
  });

  test('ends at the minimum', () => {
    expect(tracked({ points: minutes(15, 0.1), target: { min: 10 } })).toBeUndefined();
  });

  test('waits for its cooldown, and may be switched off', () => {
    const policies = [policy({ scaleInCooldownS: 300 })];
    expect(tracked({ points: minutes(15, 0.1), policies, last: { inMs: NOW_MS - 1000 } })).toBeUndefined();
    expect(tracked({ points: minutes(15, 0.1), policies, last: { inMs: NOW_MS - 300_000 } })).toBe(9);
    expect(
      tracked({ points: minutes(15, 0.1), policies: [policy({ disableScaleIn: true })] }),
    ).toBeUndefined();
    const suspended = { scaleIn: true, scaleOut: false, scheduled: false };
    expect(tracked({ points: minutes(15, 0.1), target: { suspended } })).toBeUndefined();
  });

  test('needs all policies to agree', () => {
    const policies = [policy({ targetValue: 0.9 }), policy({ targetValue: 0.5 })];
    expect(tracked({ points: minutes(15, 0.48), policies })).toBeUndefined();
    expect(tracked({ points: minutes(15, 0.4), policies, current: 30 })).toBe(27);
  });
});

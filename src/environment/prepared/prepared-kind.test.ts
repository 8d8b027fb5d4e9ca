import { describe, expect, test } from 'vitest';
import type { ResolvedRuntime } from '../runtime-catalog.ts';
import { kindKey, PreparedKind, wantedCount } from './prepared-kind.ts';

const runtime: ResolvedRuntime = {
  id: 'nodejs24.x',
  protocol: 'frames',
  argv: () => ['/node'],
  env: () => ({}),
  directories: [{ hostPath: '/a', sandboxPath: '/var/runtime' }],
  warning: undefined,
};
const facts = { runtime, architecture: 'x86_64', packages: [] };
const MINUTE = 60_000;

describe('how many are wanted', () => {
  test.each([
    ['auto', false, 9, 0],
    ['auto', true, 0, 1],
    ['auto', true, 3, 3],
    ['auto', true, 9, 4],
    [2, true, 9, 2],
    [2, false, 9, 0],
    [0, true, 9, 0],
  ] as const)('%s, in use %s, after a burst of %i: %i', (setting, isInUse, recentBurst, wanted) => {
    expect(wantedCount(setting, { isInUse, recentBurst }, 4)).toBe(wanted);
  });

  test('cold starts count together until all are there again, and for five minutes', () => {
    const kind = new PreparedKind(facts);
    for (const nowMs of [1, 2, 3]) kind.demand(nowMs);
    expect(kind.recentBurst(3)).toBe(3);
    kind.filled(4);
    kind.demand(5);
    kind.filled(6);
    expect(kind.recentBurst(6)).toBe(3);
    expect(kind.recentBurst(4 + 5 * MINUTE)).toBe(0);
    kind.demand(7 + 5 * MINUTE);
    expect(kind.recentBurst(7 + 5 * MINUTE)).toBe(1);
  });

  test('a failure is forgotten with the next use', () => {
    const kind = new PreparedKind(facts);
    kind.hasFailed = true;
    kind.use(5);
    expect(kind).toMatchObject({ hasFailed: false, usedAtMs: 5 });
  });
});

test('kinds differ by runtime, its files, processor and packages', () => {
  const others = [
    { ...facts, runtime: { ...runtime, id: 'nodejs22.x' } },
    { ...facts, runtime: { ...runtime, directories: [{ hostPath: '/b', sandboxPath: '/var/runtime' }] } },
    { ...facts, architecture: 'arm64' },
    { ...facts, packages: ['x'] },
  ];
  expect(new Set([facts, { ...facts }, ...others].map(kindKey)).size).toBe(5);
});

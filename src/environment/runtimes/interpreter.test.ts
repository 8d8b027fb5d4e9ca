import { array, assert, nat, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseNearest } from './interpreter.ts';

const interpreter = (release: number) => ({
  path: `/bin/${release}`,
  release,
  version: `${release}.0.0`,
  origin: 'machine' as const,
});

describe('chooseNearest', () => {
  test('takes the first of the wanted release', () => {
    const first = { ...interpreter(22), path: '/first' };
    expect(chooseNearest([interpreter(20), first, interpreter(22)], 22)).toBe(first);
  });

  test('prefers the newer of two equally near', () => {
    expect(chooseNearest([interpreter(20), interpreter(24)], 22)?.release).toBe(24);
    expect(chooseNearest([], 22)).toBeUndefined();
  });

  test('never leaves a nearer one behind', () => {
    assert(
      property(array(nat(30), { minLength: 1 }), nat(30), (releases, wanted) => {
        const chosen = chooseNearest(releases.map(interpreter), wanted)?.release ?? Number.NaN;
        const distance = (release: number) => Math.abs(release - wanted);
        expect(releases.every((release) => distance(release) >= distance(chosen))).toBe(true);
      }),
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ConcurrencyClaim,
  provisioningProblem,
  reservationProblem,
  unreservedConcurrency,
} from './concurrency-limits.ts';

const reserving = (name: string, reserved: number, provisioned = 0): ConcurrencyClaim => ({
  name,
  reserved,
  provisioned,
});
const provisioning = (name: string, provisioned: number): ConcurrencyClaim => ({
  name,
  reserved: undefined,
  provisioned,
});

const BELOW_MINIMUM = 'below its minimum value of [100].';

test('unreserved concurrency is what reservations and other provisioned concurrency leave', () => {
  expect(unreservedConcurrency(1000, [])).toBe(1000);
  expect(unreservedConcurrency(1000, [reserving('a', 100, 40), provisioning('b', 30)])).toBe(870);
  expect(unreservedConcurrency(50, [reserving('a', 100)])).toBe(0);
});

describe('a reservation', () => {
  test('leaves 100 to the others', () => {
    expect(reservationProblem(1000, [], 'a', 900)).toBeUndefined();
    expect(reservationProblem(1000, [], 'a', 901)).toContain(BELOW_MINIMUM);
    expect(reservationProblem(1000, [provisioning('b', 1)], 'a', 900)).toContain(BELOW_MINIMUM);
  });

  test('replaces the one before, and its own provisioned concurrency', () => {
    expect(reservationProblem(1000, [reserving('a', 900)], 'a', 900)).toBeUndefined();
    expect(reservationProblem(1000, [provisioning('a', 900)], 'a', 900)).toBeUndefined();
  });

  test('may always be lowered, and be 0', () => {
    const overdrawn = [reserving('a', 90), reserving('b', 90)];
    expect(reservationProblem(100, overdrawn, 'a', 89)).toBeUndefined();
    expect(reservationProblem(100, overdrawn, 'a', 91)).toContain(BELOW_MINIMUM);
    expect(reservationProblem(100, overdrawn, 'c', 0)).toBeUndefined();
  });

  test('holds the provisioned concurrency of the function', () => {
    expect(reservationProblem(1000, [provisioning('a', 5)], 'a', 5)).toBeUndefined();
    expect(reservationProblem(1000, [provisioning('a', 5)], 'a', 4)).toBe(
      " ReservedConcurrentExecutions  4 should not be lower than function's total provisioned concurrency [5].",
    );
  });

  test('is not to be had in an account as small as the minimum, as in new accounts of AWS', () => {
    expect(reservationProblem(10, [], 'a', 1)).toContain('below its minimum value of [10].');
    expect(reservationProblem(10, [], 'a', 0)).toBeUndefined();
  });
});

describe('provisioned concurrency', () => {
  test('comes out of the unreserved concurrency and leaves 100', () => {
    expect(provisioningProblem(1000, [], 'a', 0, 900)).toBeUndefined();
    expect(provisioningProblem(1000, [], 'a', 0, 901)).toContain(BELOW_MINIMUM);
    expect(provisioningProblem(1000, [provisioning('a', 10)], 'a', 0, 891)).toContain(BELOW_MINIMUM);
    expect(provisioningProblem(1000, [reserving('b', 200)], 'a', 0, 801)).toBe(
      "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [800].",
    );
  });

  test('replaces what the version or alias had, and may always be lowered', () => {
    expect(provisioningProblem(1000, [provisioning('a', 900)], 'a', 900, 900)).toBeUndefined();
    expect(provisioningProblem(1000, [provisioning('a', 600)], 'a', 300, 601)).toContain(BELOW_MINIMUM);
    expect(provisioningProblem(100, [provisioning('a', 600)], 'a', 300, 299)).toBeUndefined();
  });

  test('comes out of the reservation where there is one', () => {
    const text =
      'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function';
    expect(provisioningProblem(1000, [reserving('a', 900, 3)], 'a', 3, 900)).toBeUndefined();
    expect(provisioningProblem(1000, [reserving('a', 5, 3)], 'a', 0, 3)).toBe(text);
    expect(provisioningProblem(1000, [reserving('a', 0)], 'a', 0, 1)).toBe(text);
  });
});

test('whatever is accepted in whatever order leaves the minimum and never overdraws the account', () => {
  const step = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    kind: fc.constantFrom('reserve', 'provision', 'release'),
    units: fc.integer({ min: 0, max: 400 }),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.array(step), (limit, steps) => {
      const claims = new Map<string, ConcurrencyClaim>();
      for (const { name, kind, units } of steps) {
        const own = claims.get(name) ?? provisioning(name, 0);
        const all = [...claims.values()];
        if (kind === 'release') claims.set(name, provisioning(name, own.provisioned));
        else if (kind === 'reserve' && reservationProblem(limit, all, name, units) === undefined) {
          claims.set(name, reserving(name, units, own.provisioned));
        } else if (
          kind === 'provision' &&
          provisioningProblem(limit, all, name, own.provisioned, units) === undefined
        ) {
          claims.set(name, { ...own, provisioned: units });
        }
        expect(unreservedConcurrency(limit, claims.values())).toBeGreaterThanOrEqual(Math.min(100, limit));
      }
    }),
  );
});

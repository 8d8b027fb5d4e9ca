import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ephemeralStore } from '../../../test/support/stored-functions.ts';
import type { Store } from '../../store/store.ts';
import { AccountConcurrency } from './account-concurrency.ts';
import type { ConcurrencyLease } from './concurrency-lease.ts';

const LIMIT = 5;
const OURS = 'arn:aws:lambda:us-east-1:000000000000:function:ours';
const OTHER = 'arn:aws:lambda:us-east-1:000000000000:function:other';

let store: Store;
let concurrency: AccountConcurrency;
const nowMs = 1_800_000_000_000;

beforeEach(async () => {
  store = await ephemeralStore();
  concurrency = new AccountConcurrency(LIMIT);
  await concurrency.open(store);
});

afterEach(async () => {
  await store.close();
});

function reserve(key: string, reservedConcurrency: number | undefined): void {
  const value = { nextVersion: 1, reservedConcurrency, recursiveLoop: undefined };
  store.changes.publish([{ kind: 'function-settings', key, value }]);
}

/** Takes units until there are none. */
function exhaust(functionArn: string, version = '$LATEST'): { leases: ConcurrencyLease[]; reason: unknown } {
  const leases: ConcurrencyLease[] = [];
  for (;;) {
    try {
      leases.push(concurrency.acquire({ functionArn, version }, nowMs, false));
    } catch (error) {
      return { leases, reason: (error as { members?: { Reason?: unknown } }).members?.Reason };
    }
  }
}

/** How many units there are; all are given back. */
function room(functionArn: string, version?: string): number {
  const { leases } = exhaust(functionArn, version);
  for (const lease of leases) lease.release();
  return leases.length;
}

describe('without reservations', () => {
  test('the functions of an account in a Region share its limit', () => {
    const { leases, reason } = exhaust(OURS);
    expect(leases).toHaveLength(LIMIT);
    expect(reason).toBe('ConcurrentInvocationLimitExceeded');
    expect(room(OTHER)).toBe(0);
    expect(room(OTHER.replace('us-east-1', 'eu-west-1'))).toBe(LIMIT);
    expect(room(OTHER.replace('000000000000', '111111111111'))).toBe(LIMIT);
    leases[0]?.release();
    expect(room(OTHER)).toBe(1);
  });
});

describe('a reservation', () => {
  test('is the most a function gets, and what nobody else gets', () => {
    reserve(OURS, 2);
    expect(room(OTHER)).toBe(3);
    expect(exhaust(OTHER).leases).toHaveLength(3);
    const { leases, reason } = exhaust(OURS);
    expect(leases).toHaveLength(2);
    expect(reason).toBe('ReservedFunctionConcurrentInvocationLimitExceeded');
  });

  test('of 0 lets nothing run', () => {
    reserve(OURS, 0);
    expect(exhaust(OURS)).toEqual({
      leases: [],
      reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
    expect(room(OTHER)).toBe(LIMIT);
  });

  test('counts what is already running, and gives it back when it goes', () => {
    const before = exhaust(OURS).leases;
    reserve(OURS, 3);
    expect(room(OTHER)).toBe(2);
    before.pop()?.release();
    before.pop()?.release();
    expect(room(OURS)).toBe(0);
    before.pop()?.release();
    expect(room(OURS)).toBe(1);
    reserve(OURS, undefined);
    expect(room(OTHER)).toBe(3);
    for (const lease of before) lease.release();
    expect(room(OTHER)).toBe(LIMIT);
  });

  test('ends with the function, whose last invocations still count', () => {
    reserve(OURS, 2);
    const { leases } = exhaust(OURS);
    store.changes.publish([{ kind: 'function-settings', key: OURS }]);
    expect(room(OTHER)).toBe(3);
    expect(room(OURS)).toBe(3);
    for (const lease of leases) lease.release();
    expect(room(OTHER)).toBe(LIMIT);
  });

  test('is there from the start', async () => {
    await store.write(async (tx) => {
      const [, , , region = '', account_id = '', , name = ''] = OURS.split(':');
      await tx
        .insertInto('lambda_function_settings')
        .values({ account_id, region, name, next_version: 1, reserved_concurrency: 1 })
        .execute();
    });
    const restarted = new AccountConcurrency(LIMIT);
    await restarted.open(store);
    concurrency = restarted;
    expect(room(OURS)).toBe(1);
    expect(room(OTHER)).toBe(4);
  });
});

test('a reset forgets every claim', () => {
  reserve(OURS, 2);
  concurrency.provision(OTHER, 1, new Map([['1', 1]]));
  const { leases } = exhaust(OURS);
  concurrency.clear();
  expect(room(OURS)).toBe(LIMIT);
  for (const lease of leases) lease.release();
  expect(room(OTHER)).toBe(LIMIT);
});

describe('provisioned concurrency', () => {
  test('of a function with a reservation never makes more of it run than that, wherever its units move', () => {
    reserve(OURS, 3);
    const onDemand = exhaust(OURS).leases;
    concurrency.provision(OURS, 2, new Map([['1', 2]]));
    expect(exhaust(OURS, '1')).toEqual({
      leases: [],
      reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
    onDemand.pop()?.release();
    const { leases } = exhaust(OURS, '1');
    expect(leases).toHaveLength(1);
    concurrency.provision(OURS, 2, new Map([['2', 2]]));
    expect(room(OURS, '2')).toBe(0);
    for (const lease of [...onDemand, ...leases]) lease.release();
    expect([room(OURS, '1'), room(OURS, '2')]).toEqual([1, 3]);
  });

  test('belongs to its version, and more of it comes out of what is shared', () => {
    concurrency.provision(OURS, 2, new Map([['1', 2]]));
    expect(room(OTHER)).toBe(3);
    expect(room(OURS, '2')).toBe(3);
    expect(room(OURS, '1')).toBe(5);
    expect(exhaust(OTHER).leases).toHaveLength(3);
    expect(room(OURS, '1')).toBe(2);
  });

  test('is part of a reservation and leaves nothing of it when it is all of it', () => {
    reserve(OURS, 3);
    concurrency.provision(OURS, 2, new Map([['1', 2]]));
    expect(room(OTHER)).toBe(2);
    expect(room(OURS, '1')).toBe(3);
    expect(room(OURS)).toBe(1);
    concurrency.provision(OURS, 3, new Map([['1', 3]]));
    expect(exhaust(OURS)).toEqual({
      leases: [],
      reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
  });

  test('that is taken away leaves what runs on it to be counted with the others', () => {
    concurrency.provision(OURS, 3, new Map([['1', 3]]));
    const leases = [1, 2, 3].map(() =>
      concurrency.acquire({ functionArn: OURS, version: '1' }, nowMs, false),
    );
    concurrency.provision(OURS, 1, new Map([['1', 1]]));
    expect(room(OTHER)).toBe(2);
    concurrency.provision(OURS, 0, new Map());
    expect(room(OTHER)).toBe(2);
    for (const lease of leases) lease.release();
    expect(room(OTHER)).toBe(LIMIT);
  });
});

test('whoever takes and gives units in whatever order finds all of them in the end', () => {
  const changes = [
    () => reserve(OURS, 2),
    () => concurrency.provision(OURS, 2, new Map([['1', 1]])),
    () => reserve(OURS, undefined),
    () => concurrency.provision(OURS, 1, new Map([['2', 1]])),
    () => reserve(OURS, 4),
    () => concurrency.provision(OURS, 0, new Map()),
    () => reserve(OURS, undefined),
  ];
  const leases: ConcurrencyLease[] = [];
  for (const change of changes) {
    for (const [arn, version] of [
      [OURS, '1'],
      [OURS, '2'],
      [OTHER, '$LATEST'],
    ] as const) {
      const all = exhaust(arn, version).leases;
      for (const lease of all.splice(1)) lease.release();
      leases.push(...all);
    }
    change();
  }
  for (const lease of leases) lease.release();
  expect(leases.length).toBeGreaterThan(5);
  expect(room(OTHER)).toBe(LIMIT);
  expect(room(OURS)).toBe(LIMIT);
});

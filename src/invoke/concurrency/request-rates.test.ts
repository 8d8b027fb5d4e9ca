import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ephemeralStore } from '../../../test/support/stored-functions.ts';
import type { Store } from '../../store/store.ts';
import { AccountConcurrency } from './account-concurrency.ts';
import type { ConcurrencyLease } from './concurrency-lease.ts';

const START_MS = 1_800_000_000_000;
const LIMIT = 5;
const OURS = 'arn:aws:lambda:us-east-1:000000000000:function:ours';
const OTHER = 'arn:aws:lambda:us-east-1:000000000000:function:other';

let store: Store;
let concurrency: AccountConcurrency;

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

/** Short invocations, one after the other, until one is refused; never more than `most`. */
function hammer(functionArn: string, more: { nowMs?: number; version?: string; most?: number } = {}) {
  const { nowMs = START_MS, version = '$LATEST', most = 1000 } = more;
  for (let admitted = 0; admitted < most; admitted += 1) {
    try {
      concurrency.acquire({ functionArn, version }, nowMs, true).release();
    } catch (error) {
      return { admitted, members: (error as { members?: unknown }).members };
    }
  }
  return { admitted: most, members: undefined };
}

function refusal(Reason: string): object {
  return { Type: 'User', Reason, retryAfterSeconds: '1' };
}

describe('requests per second', () => {
  test('are ten for each unit of the account, of all its functions together', () => {
    expect(hammer(OURS, { most: 30 }).admitted).toBe(30);
    expect(hammer(OTHER)).toEqual({ admitted: 20, members: refusal('FunctionInvocationRateLimitExceeded') });
    expect(hammer(OTHER.replace('us-east-1', 'eu-west-1')).admitted).toBe(50);
    expect(hammer(OURS, { nowMs: START_MS + 500 }).admitted).toBe(25);
    expect(hammer(OURS, { nowMs: START_MS + 3_600_000 }).admitted).toBe(50);
  });

  test('are ten for each unit that a function has reserved', () => {
    reserve(OURS, 2);
    const reason = 'ReservedFunctionInvocationRateLimitExceeded';
    expect(hammer(OURS)).toEqual({ admitted: 20, members: refusal(reason) });
    // What was refused counts for nothing.
    expect(hammer(OTHER).admitted).toBe(30);
    reserve(OURS, 1);
    expect(hammer(OURS, { nowMs: START_MS + 1000 }).admitted).toBe(10);
    reserve(OURS, undefined);
    expect(hammer(OURS, { nowMs: START_MS + 2000 }).admitted).toBe(50);
  });

  test('do not limit what nobody waits for', () => {
    reserve(OURS, 1);
    for (let i = 0; i < 1000; i += 1) {
      concurrency.acquire({ functionArn: OURS, version: '$LATEST' }, START_MS, false).release();
    }
    expect(hammer(OURS).admitted).toBe(10);
  });

  test('beyond ten for each provisioned unit spill over to what is not provisioned', () => {
    concurrency.provision(OURS, 1, new Map([['1', 1]]));
    const provisioned = (): ConcurrencyLease =>
      concurrency.acquire({ functionArn: OURS, version: '1' }, START_MS, true);
    const onDemand = concurrency.acquire({ functionArn: OURS, version: '$LATEST' }, START_MS, true);
    for (let i = 0; i < 10; i += 1) {
      const lease = provisioned();
      expect(lease).not.toBe(onDemand);
      lease.release();
    }
    expect(provisioned()).toBe(onDemand);
  });

  test('that spill over are throttled where nothing else is left', () => {
    reserve(OURS, 2);
    concurrency.provision(OURS, 2, new Map([['1', 2]]));
    expect(hammer(OURS, { version: '1' })).toEqual({
      admitted: 20,
      members: refusal('ReservedFunctionConcurrentInvocationLimitExceeded'),
    });
  });

  test('come after concurrency', () => {
    reserve(OURS, 0);
    const reason = 'ReservedFunctionConcurrentInvocationLimitExceeded';
    expect(hammer(OURS)).toEqual({ admitted: 0, members: refusal(reason) });
  });
});

describe('new environments', () => {
  function starts(functionArn: string, nowMs = START_MS): { allowed: number; reason: unknown } {
    for (let allowed = 0; ; allowed += 1) {
      const refused = concurrency.takeStart(functionArn, nowMs);
      if (refused !== undefined) return { allowed, reason: refused.members['Reason'] };
    }
  }

  test('of a function are a thousand at once, and another thousand every ten seconds', () => {
    expect(starts(OURS)).toEqual({ allowed: 1000, reason: 'FunctionInvocationRateLimitExceeded' });
    expect(starts(OTHER).allowed).toBe(1000);
    expect(starts(OURS, START_MS + 1000).allowed).toBe(100);
    expect(starts(OURS, START_MS + 11_000).allowed).toBe(1000);
    expect(starts(OURS, START_MS + 3_600_000).allowed).toBe(1000);
  });

  test('that were allowed and not needed are given back', () => {
    starts(OURS);
    concurrency.returnStart(OURS);
    expect(starts(OURS).allowed).toBe(1);
  });

  test('of a function with a reservation are refused as such', () => {
    reserve(OURS, 2);
    expect(starts(OURS).reason).toBe('ReservedFunctionInvocationRateLimitExceeded');
  });
});

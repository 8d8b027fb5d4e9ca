import { expect, test } from 'vitest';
import { ChangeFeed } from '../../store/change-feed.ts';
import { tooManyRequests } from '../../model/lambda-errors.ts';
import { AccountConcurrency } from '../concurrency/account-concurrency.ts';
import type { ConcurrencyLease } from '../concurrency/concurrency-lease.ts';
import type { DividedPool } from '../concurrency/division.ts';
import type { Grant } from './lending-messages.ts';
import { Lender } from './lender.ts';

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:limited';

/** While one thing is waited for, the other runs out. */
class NeverEnough extends AccountConcurrency {
  #attempts = 0;

  override acquire(): ConcurrencyLease {
    this.#attempts += 1;
    throw tooManyRequests(
      this.#attempts % 2 === 0 ? 'ConcurrentInvocationLimitExceeded' : 'FunctionInvocationRateLimitExceeded',
    );
  }
}

test('who finds something else short each time other platforms have given is refused in the end', async () => {
  const lender = new Lender(new NeverEnough(10), { now: () => 0 });
  let asked = 0;
  lender.shareWith({
    canAsk: (pool): pool is DividedPool => pool !== undefined,
    ask: (_pool, _count, onAnswer) => {
      asked += 1;
      setImmediate(onAnswer);
    },
  });
  await expect(lender.acquire({ functionArn, version: '$LATEST' }, 0, true)).rejects.toMatchObject({
    status: 429,
  });
  expect(asked).toBe(6);
});

/** A lender with one borrower, of a function with a reservation. */
function lending(reserved: number) {
  const changes = new ChangeFeed();
  const concurrency = new AccountConcurrency(10);
  const lender = new Lender(concurrency, { now: () => 0 });
  concurrency.follow(changes);
  lender.follow(changes);
  const grants: Grant[] = [];
  const loan = lender.join({ grant: (grant) => grants.push(grant), recall: () => undefined });
  const reserve = (reservedConcurrency: number): void => {
    const value = { nextVersion: 1, reservedConcurrency, recursiveLoop: undefined };
    changes.publish([{ kind: 'function-settings', key: functionArn, value }]);
  };
  const remove = (): void => changes.publish([{ kind: 'function-settings', key: functionArn }]);
  reserve(reserved);
  return { lender, loan, grants, reserve, remove };
}

test('who waits for a unit of a function that is removed is told so, and not let in without its limit', async () => {
  const { lender, loan, remove } = lending(0);
  const waiting = Promise.resolve(lender.acquire({ functionArn, version: '$LATEST' }, 0, true));
  remove();
  lender.recalled(loan, 1);
  await expect(waiting).rejects.toMatchObject({ status: 404, code: 'ResourceNotFoundException' });
});

test('what a borrower says before it has heard of a removal is about the old function', () => {
  const { lender, loan, grants, reserve, remove } = lending(1);
  const need = { functionArn, units: 1, requests: 1 };
  lender.need(loan, need);
  remove();
  reserve(1);
  lender.need(loan, need);
  lender.returned(loan, { functionArn, units: 1, requests: 0, isOfRemoved: false });
  lender.removed(loan, functionArn);
  lender.need(loan, need);
  // One of the old function, nothing, and the one unit that the new one has.
  expect(grants.map(({ units }) => units)).toEqual([1, 0, 1]);
});

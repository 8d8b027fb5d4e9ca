import { expect, test } from 'vitest';
import { tooManyRequests } from '../../model/lambda-errors.ts';
import { AccountConcurrency } from '../concurrency/account-concurrency.ts';
import type { ConcurrencyLease } from '../concurrency/concurrency-lease.ts';
import type { DividedPool } from '../concurrency/division.ts';
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

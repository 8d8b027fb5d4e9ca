import { expect, test } from 'vitest';
import { AccountConcurrency, type ConcurrencyPool } from './account-concurrency.ts';

test('every account and Region has the whole limit, and units come back', () => {
  const concurrency = new AccountConcurrency(2);
  const taken = [
    concurrency.acquire('111111111111', 'us-east-1'),
    concurrency.acquire('111111111111', 'us-east-1'),
  ];
  expect(concurrency.acquire('111111111111', 'us-east-1')).toBeUndefined();
  expect(concurrency.acquire('111111111111', 'eu-west-1')).toBeDefined();
  expect(concurrency.acquire('222222222222', 'us-east-1')).toBeDefined();
  concurrency.release(taken[0] as ConcurrencyPool);
  expect(concurrency.acquire('111111111111', 'us-east-1')).toBe(taken[1]);
  expect(concurrency.acquire('111111111111', 'us-east-1')).toBeUndefined();
});

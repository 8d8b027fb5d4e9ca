import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

test('what was not used for five minutes can be used at once, and no more', () => {
  const bucket = new TokenBucket(2, 0);
  bucket.take(599);
  expect(bucket.isEmpty).toBe(false);
  bucket.take(1);
  expect(bucket.isEmpty).toBe(true);
  bucket.fill(2, 10_000);
  bucket.take(20);
  expect(bucket.isEmpty).toBe(true);
  bucket.fill(2, 86_400_000);
  expect(bucket.isFull).toBe(true);
  bucket.take(600);
  expect(bucket.isEmpty).toBe(true);
});

test('who takes more than there is makes others wait', () => {
  const bucket = new TokenBucket(1, 0);
  bucket.take(400);
  bucket.fill(1, 100_000);
  expect(bucket.isEmpty).toBe(true);
  bucket.fill(1, 101_000);
  expect(bucket.isEmpty).toBe(false);
});

test('another rate holds from when it is set', () => {
  const bucket = new TokenBucket(1, 0);
  bucket.take(300);
  // One second at the old rate.
  bucket.fill(100, 1_000);
  bucket.take(1);
  expect(bucket.isEmpty).toBe(true);
  bucket.fill(100, 2_000);
  bucket.take(99);
  expect(bucket.isEmpty).toBe(false);
  bucket.fill(1, 3_600_000);
  bucket.take(300);
  expect(bucket.isEmpty).toBe(true);
});

test('a clock that is set back gives nothing and takes nothing', () => {
  const bucket = new TokenBucket(1, 10_000);
  bucket.take(299);
  bucket.fill(1, 0);
  expect(bucket.isEmpty).toBe(false);
  bucket.take(1);
  expect(bucket.isEmpty).toBe(true);
});

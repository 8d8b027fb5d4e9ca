import { describe, expect, test } from 'vitest';
import type { BatchResult } from '../batch-result.ts';
import type { BatchEnd } from '../source-driver.ts';
import { countExpired, type FailureRules, nextStreamStep, retryDelayMs } from './stream-decision.ts';

const IDS = ['1', '2', '3', '4', '5'];
const RULES: FailureRules = { maximumRetries: 2, maximumAgeMs: 60_000, bisects: false };
const FAILED: BatchResult = { kind: 'failed' };

function ran(result: BatchResult): BatchEnd {
  const answer = { payload: Buffer.from(''), executedVersion: '1', traceId: 't' };
  return { outcome: { kind: 'answered', requestId: 'r', answer }, result };
}

const naming = (...failed: string[]): BatchEnd => ran({ kind: 'partial', failed: new Set(failed) });

describe('after a run', () => {
  test('what is complete is done', () => {
    expect(nextStreamStep(IDS, 1, ran({ kind: 'complete' }), RULES)).toEqual({ kind: 'done' });
  });

  test('what failed is tried again, so often as is allowed', () => {
    const retry = { kind: 'retry', done: 0 };
    expect(nextStreamStep(IDS, 0, ran(FAILED), RULES)).toEqual({ ...retry, tries: 1, afterMs: 1000 });
    expect(nextStreamStep(IDS, 1, ran(FAILED), RULES)).toEqual({ ...retry, tries: 2, afterMs: 2000 });
    expect(nextStreamStep(IDS, 2, ran(FAILED), RULES)).toEqual({ kind: 'discard', done: 0, tries: 3 });
    const endless = { ...RULES, maximumRetries: -1 };
    expect(nextStreamStep(IDS, 999, ran(FAILED), endless)).toMatchObject({ kind: 'retry', afterMs: 60_000 });
  });

  test('what is before the first failed record is done, and that record has been tried once', () => {
    expect(nextStreamStep(IDS, 2, naming('5', '3'), RULES)).toMatchObject({
      kind: 'retry',
      done: 2,
      tries: 1,
    });
    expect(nextStreamStep(IDS, 2, naming('1'), RULES)).toEqual({ kind: 'discard', done: 0, tries: 3 });
    const once = { ...RULES, maximumRetries: 0 };
    expect(nextStreamStep(IDS, 0, naming('4'), once)).toEqual({ kind: 'discard', done: 3, tries: 1 });
  });

  test('halving is no retry, and ends with single records', () => {
    const bisecting = { ...RULES, maximumRetries: 0, bisects: true };
    expect(nextStreamStep(IDS, 0, ran(FAILED), bisecting)).toMatchObject({ kind: 'halve', at: 3, tries: 0 });
    expect(nextStreamStep(['1'], 0, ran(FAILED), bisecting)).toMatchObject({ kind: 'discard', tries: 1 });
    // Who names the record has said where to split.
    expect(nextStreamStep(IDS, 0, naming('2'), { ...bisecting, maximumRetries: 1 })).toMatchObject({
      kind: 'retry',
      done: 1,
    });
  });

  test('what did not run was not tried; what can never run was', () => {
    const end = (kind: 'throttled' | 'unavailable' | 'refused'): BatchEnd => ({
      outcome: { kind, requestId: 'r', problem: '' },
      result: undefined,
    });
    for (const kind of ['throttled', 'unavailable'] as const) {
      expect(nextStreamStep(IDS, 2, end(kind), RULES)).toMatchObject({ kind: 'retry', done: 0, tries: 2 });
    }
    expect(nextStreamStep(IDS, 2, end('refused'), RULES)).toMatchObject({ kind: 'discard', tries: 3 });
  });
});

test('delays double up to a minute', () => {
  expect([1, 2, 3, 7, 100].map(retryDelayMs)).toEqual([1000, 2000, 4000, 60_000, 60_000]);
});

test('records expire from the first on', () => {
  const records = [0, 10_000, 20_000].map((arrivedAtMs) => ({ arrivedAtMs }));
  expect(countExpired(records, RULES, 60_000)).toBe(0);
  expect(countExpired(records, RULES, 70_001)).toBe(2);
  expect(countExpired(records, RULES, 100_000)).toBe(3);
});

import { describe, expect, test } from 'vitest';
import { batchResult } from './batch-result.ts';

const IDS = ['a', 'b', 'c'];

function resultOf(text: string, reportsFailures = true) {
  return batchResult({ payload: Buffer.from(text) }, IDS, reportsFailures);
}

const naming = (...ids: unknown[]): string =>
  JSON.stringify({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

describe('batchResult', () => {
  test.each([
    'null',
    '""',
    '{}',
    '[]',
    '',
    '{"statusCode":200}',
    '{"batchItemFailures":[]}',
    '{"batchItemFailures":null}',
  ])('takes %s for success', (text) => {
    expect(resultOf(text)).toEqual({ kind: 'complete' });
  });

  test.each([
    naming(''),
    naming(null),
    naming('other'),
    naming('a', 'other'),
    naming(1),
    '{"batchItemFailures":[{"messageId":"a"}]}',
    '{"batchItemFailures":["a"]}',
    '{"batchItemFailures":{"itemIdentifier":"a"}}',
    '{"batchItemFailures":"a"}',
    '"done"',
    '1',
    'true',
    '["a"]',
    'no JSON',
    '{"batchItemFailures":[{"__proto__":{"itemIdentifier":"a"}}]}',
  ])('takes %s for failure', (text) => {
    expect(resultOf(text)).toEqual({ kind: 'failed' });
  });

  test('knows what failed, however often it is named', () => {
    expect(resultOf(naming('b', 'a', 'b'))).toEqual({ kind: 'partial', failed: new Set(['a', 'b']) });
  });

  test('does not look into the answer where the mapping does not say so', () => {
    for (const text of [naming('a'), naming(null), 'no JSON'])
      expect(resultOf(text, false)).toEqual({ kind: 'complete' });
  });

  test('a function error fails all of it', () => {
    for (const reports of [true, false]) {
      const answer = { payload: Buffer.from('{}'), functionError: 'Unhandled' } as const;
      expect(batchResult(answer, IDS, reports)).toEqual({ kind: 'failed' });
    }
  });
});

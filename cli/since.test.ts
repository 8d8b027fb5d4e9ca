import { expect, test } from 'vitest';
import { parseSince } from './since.ts';

const now = Date.parse('2026-11-21T10:00:00Z');

test.each([
  ['30s', now - 30_000],
  ['10m', now - 600_000],
  ['2h', now - 7_200_000],
  ['1d', now - 86_400_000],
  ['999999999d', 0],
  ['2026-11-21T09:00:00Z', now - 3_600_000],
])('%s', (text, expected) => {
  expect(parseSince(text, now)).toBe(expected);
});

test.each(['', '10', '5 weeks', 'yesterday', '2026-99-99'])('"%s" is refused', (text) => {
  expect(() => parseSince(text, now)).toThrow(/is no time/);
});

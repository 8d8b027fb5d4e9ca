import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';

test.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['1.5h', 5_400_000],
  ['1h30m', 5_400_000],
  ['2d 1s', 172_801_000],
])('%s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '6', 'h', '-5m', '0s', 'an hour', '1h later', '5w'])('"%s" is refused', (text) => {
  expect(() => parseDuration(text)).toThrow(/is no duration/);
});

import { expect, test } from 'vitest';
import { requestId } from './request-id.ts';

test('request ids are random UUIDs, each another', () => {
  const ids = new Set(Array.from({ length: 3000 }, requestId));
  expect(ids.size).toBe(3000);
  const digits = Array.from({ length: 36 }, () => new Set<string>());
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    digits.forEach((seen, at) => seen.add(id[at] ?? ''));
  }
  const fixed: Readonly<Record<number, number>> = { 8: 1, 13: 1, 14: 1, 18: 1, 19: 4, 23: 1 };
  expect(digits.map((seen) => seen.size)).toEqual(digits.map((_, at) => fixed[at] ?? 16));
});

import { describe, expect, test } from 'vitest';
import { type AgingVersion, dueMs, fateOf, isAbandoned, type StoredRule } from './lifecycle-rules.ts';

const DAY_MS = 86_400_000;
const NOON_MS = Date.UTC(2026, 0, 1, 12);
const midnightAfter = (days: number): number => Date.UTC(2026, 0, 2 + days);

const ruleOf = (change: Partial<StoredRule>): StoredRule => ({
  id: 'r',
  isOn: true,
  filter: { prefix: '', tags: {}, above: -1, below: null },
  shown: {},
  ...change,
});
const versionOf = (change: Partial<AgingVersion>): AgingVersion => ({
  key: 'logs/a',
  size: 10,
  tags: { keep: 'no' },
  isLatest: true,
  isDeleteMarker: false,
  modifiedMs: NOON_MS,
  noncurrentSinceMs: undefined,
  newerNoncurrent: 0,
  isAlone: true,
  ...change,
});

test('an age in days is reached at the midnight after it', () => {
  expect(dueMs(NOON_MS, 1)).toBe(midnightAfter(1));
  expect(dueMs(midnightAfter(0), 1)).toBe(midnightAfter(1));
});

describe('a current object', () => {
  const rule = ruleOf({ expireDays: 3 });

  test('expires when it is old enough, and not before', () => {
    expect(fateOf([rule], versionOf({}), midnightAfter(3) - 1)).toBe('stays');
    expect(fateOf([rule], versionOf({}), midnightAfter(3))).toBe('expires');
    expect(fateOf([{ ...rule, isOn: false }], versionOf({}), midnightAfter(3))).toBe('stays');
  });

  test('expires on a date', () => {
    const dated = ruleOf({ expireAtMs: midnightAfter(0) });
    expect(fateOf([dated], versionOf({}), midnightAfter(0) - 1)).toBe('stays');
    expect(fateOf([dated], versionOf({}), midnightAfter(0))).toBe('expires');
  });

  test.each([
    [{ prefix: 'logs/' }, 'expires'],
    [{ prefix: 'other/' }, 'stays'],
    [{ tags: { keep: 'no' } }, 'expires'],
    [{ tags: { keep: 'no', more: 'x' } }, 'stays'],
    [{ above: 9 }, 'expires'],
    [{ above: 10 }, 'stays'],
    [{ below: 11 }, 'expires'],
    [{ below: 10 }, 'stays'],
  ])('that the filter %j is for', (change, fate) => {
    const filter = { ...rule.filter, ...change };
    expect(fateOf([{ ...rule, filter }], versionOf({}), midnightAfter(9))).toBe(fate);
  });
});

describe('a noncurrent version', () => {
  const since = NOON_MS + DAY_MS;
  const old = versionOf({ isLatest: false, noncurrentSinceMs: since, isAlone: false });

  test('is removed so many days after it was replaced', () => {
    const rule = ruleOf({ noncurrentDays: 2 });
    expect(fateOf([rule], old, midnightAfter(3) - 1)).toBe('stays');
    expect(fateOf([rule], old, midnightAfter(3))).toBe('is removed');
    expect(fateOf([ruleOf({ expireDays: 1 })], old, midnightAfter(9))).toBe('stays');
  });

  test('stays while it is among the newest that are kept', () => {
    const rule = ruleOf({ noncurrentDays: 1, keepsNoncurrent: 2 });
    const fates = [0, 1, 2].map((newerNoncurrent) =>
      fateOf([rule], { ...old, newerNoncurrent }, midnightAfter(9)),
    );
    expect(fates).toEqual(['stays', 'stays', 'is removed']);
  });
});

test('a delete marker goes once it is alone', () => {
  const marker = versionOf({ isDeleteMarker: true, size: 0 });
  const rule = ruleOf({ removesLoneMarkers: true });
  expect(fateOf([rule], marker, NOON_MS)).toBe('is removed');
  expect(fateOf([rule], { ...marker, isAlone: false }, NOON_MS)).toBe('stays');
  expect(fateOf([ruleOf({ expireDays: 1 })], marker, midnightAfter(1))).toBe('is removed');
});

test('an upload is given up so many days after it began', () => {
  const rules = [ruleOf({ abortDays: 1, filter: { prefix: 'a', tags: {}, above: -1, below: null } })];
  expect(isAbandoned(rules, { key: 'a', initiatedMs: NOON_MS }, midnightAfter(1) - 1)).toBe(false);
  expect(isAbandoned(rules, { key: 'a', initiatedMs: NOON_MS }, midnightAfter(1))).toBe(true);
  expect(isAbandoned(rules, { key: 'b', initiatedMs: NOON_MS }, midnightAfter(1))).toBe(false);
});

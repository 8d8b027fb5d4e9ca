import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EVENT_TYPES, type NotificationRule, overlap, wants } from './notification-rules.ts';

function ruleOf(change: Partial<NotificationRule>): NotificationRule {
  return {
    id: 'r',
    kind: 'queue',
    targetArn: 'arn:aws:sqs:us-east-1:000000000000:q',
    events: ['s3:ObjectCreated:*'],
    prefix: '',
    suffix: '',
    ...change,
  };
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 4 });
const events = fc.uniqueArray(fc.constantFrom(...EVENT_TYPES), { minLength: 1, maxLength: 3 });
const rule = fc.record({ events, prefix: text, suffix: text }).map(ruleOf);
const names = [...EVENT_TYPES].filter((type) => !type.endsWith('*')).map((type) => type.slice('s3:'.length));

describe('rules', () => {
  test.each([
    [ruleOf({ prefix: 'images/', suffix: '.png' }), 'ObjectCreated:Put', 'images/a.png', true],
    [ruleOf({ prefix: 'images/', suffix: '.png' }), 'ObjectCreated:Put', 'images/a.jpg', false],
    [ruleOf({ prefix: 'images/', suffix: '.png' }), 'ObjectCreated:Put', 'a.png', false],
    [ruleOf({ events: ['s3:ObjectCreated:Copy'] }), 'ObjectCreated:Put', 'a', false],
    [ruleOf({ events: ['s3:ObjectRemoved:*'] }), 'ObjectRemoved:DeleteMarkerCreated', 'a', true],
  ])('%#', (given, name, key, expected) => {
    expect(wants(given, name, key)).toBe(expected);
  });

  test('that never overlap never want the same event', () => {
    fc.assert(
      fc.property(rule, rule, fc.constantFrom(...names), text, (a, b, name, key) => {
        if (wants(a, name, key) && wants(b, name, key)) expect(overlap(a, b)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('that overlap want some event both', () => {
    fc.assert(
      fc.property(rule, rule, (a, b) => {
        const prefix = a.prefix.length > b.prefix.length ? a.prefix : b.prefix;
        const suffix = a.suffix.length > b.suffix.length ? a.suffix : b.suffix;
        const both = names.some((name) => {
          const key = `${prefix}x${suffix}`;
          return wants(a, name, key) && wants(b, name, key);
        });
        expect(overlap(a, b)).toBe(both);
      }),
      { numRuns: 1000 },
    );
  });
});

import { describe, expect, test } from 'vitest';
import { keyOfDenial } from './absent-keys.ts';

const denying = (Condition: object, more: object = { Action: '*' }) =>
  keyOfDenial({
    Statement: [{ Effect: 'Deny', Resource: '*', ...more, Condition } as never],
  });

describe('a Deny that would not deny', () => {
  test.each([
    'aws:ResourceTag/team',
    'AWS:resourcetag/team',
    'aws:RequestTag/team',
    'aws:TagKeys',
    'dynamodb:FullTableScan',
    'dynamodb:LeadingKeys',
    'iam:ResourceTag/team',
    's3:ExistingObjectTag/secret',
  ])('%s', (key) => {
    expect(denying({ StringEquals: { [key]: 'x' } })).toBe(key);
  });

  test('is none by what requests have', () => {
    expect(denying({ StringEquals: { 'aws:PrincipalTag/team': 'x', 's3:prefix': 'y' } })).toBeUndefined();
    expect(keyOfDenial({ Statement: { Effect: 'Deny', Action: '*', Resource: '*' } })).toBeUndefined();
  });

  test('is none by tags that requests to Lambda bring, but for those of what is there', () => {
    const given = { StringEquals: { 'aws:RequestTag/team': 'x' } };
    expect(denying(given, { Action: ['lambda:*', 'Lambda:TagResource'] })).toBeUndefined();
    expect(denying(given, { Action: ['lambda:*', 'sqs:*'] })).toBe('aws:RequestTag/team');
    expect(denying(given, { NotAction: 'lambda:*' })).toBe('aws:RequestTag/team');
    const there = { StringEquals: { 'aws:ResourceTag/team': 'x' } };
    expect(denying(there, { Action: 'lambda:*' })).toBe('aws:ResourceTag/team');
  });

  test('an Allow may name them all: it allows less', () => {
    const Condition = { StringEquals: { 'aws:ResourceTag/team': 'x' } };
    expect(
      keyOfDenial({ Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition } }),
    ).toBeUndefined();
  });
});

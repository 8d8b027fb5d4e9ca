import { describe, expect, test } from 'vitest';
import { conditionTest } from './conditions.ts';
import { contextKeys } from './context-keys.ts';
import type { PolicyStatement } from './policy-document.ts';

const keys = contextKeys({
  'aws:SourceArn': 'arn:aws:s3:::bucket',
  'aws:SourceAccount': '123456789012',
  'aws:SourceIp': '203.0.113.9',
  'aws:CurrentTime': '2026-07-01T12:00:00Z',
  'aws:EpochTime': '1782907200',
  'aws:TagKeys': ['team', 'cost'],
  'aws:username': 'ann',
  'lambda:InvokedViaFunctionUrl': 'true',
  'lambda:Layer': [],
  'test:size': '10',
  'test:bytes': 'aGk=',
  'test:address': '2001:db8::1',
});

type Condition = NonNullable<PolicyStatement['Condition']>;

function holds(condition: Condition): boolean {
  return conditionTest(condition, true)(keys);
}

describe('conditionTest', () => {
  test.each<[string, string, Condition[string][string], boolean]>([
    ['StringEquals', 'AWS:SourceAccount', '123456789012', true],
    ['StringEquals', 'aws:SourceAccount', ['1', '123456789012'], true],
    ['StringEquals', 'aws:username', '*', false],
    ['StringEquals', 'aws:username', 'Ann', false],
    ['StringEquals', 'aws:username', '${aws:UserName}', true],
    ['StringEqualsIgnoreCase', 'aws:username', 'ANN', true],
    ['StringNotEquals', 'aws:username', ['bob', 'ann'], false],
    ['StringNotEquals', 'aws:username', ['bob', 'carl'], true],
    ['StringNotEqualsIgnoreCase', 'aws:username', 'ANN', false],
    ['StringLike', 'aws:username', 'a*', true],
    ['StringNotLike', 'aws:username', 'a?n', false],
    ['ArnLike', 'aws:SourceArn', 'arn:aws:s3:::buck*', true],
    ['ArnEquals', 'aws:SourceArn', 'arn:aws:s3:::buck*', true],
    ['ArnLike', 'aws:SourceArn', 'arn:*:bucket', false],
    ['ArnNotLike', 'aws:SourceArn', 'arn:aws:s3:::other', true],
    ['ArnNotEquals', 'aws:SourceArn', 'arn:aws:s3:::*', false],
    ['NumericEquals', 'test:size', '10.0', true],
    ['NumericNotEquals', 'test:size', 10, false],
    ['NumericLessThan', 'test:size', 10, false],
    ['NumericLessThanEquals', 'test:size', 10, true],
    ['NumericGreaterThan', 'test:size', '9', true],
    ['NumericGreaterThanEquals', 'test:size', '11', false],
    ['NumericLessThan', 'aws:username', '11', false],
    ['DateLessThan', 'aws:CurrentTime', '2026-07-01T13:00:00+00:00', true],
    ['DateGreaterThan', 'aws:CurrentTime', '2026-07-01T13:00:00Z', false],
    ['DateEquals', 'aws:EpochTime', '2026-07-01T12:00:00Z', true],
    ['DateNotEquals', 'aws:EpochTime', '2026-07-01T12:00:00Z', false],
    ['Bool', 'lambda:InvokedViaFunctionUrl', true, true],
    ['Bool', 'lambda:InvokedViaFunctionUrl', 'FALSE', false],
    ['BinaryEquals', 'test:bytes', 'aGk', true],
    ['IpAddress', 'aws:SourceIp', '203.0.113.0/24', true],
    ['IpAddress', 'aws:SourceIp', ['198.51.100.7', '203.0.113.9'], true],
    ['IpAddress', 'aws:SourceIp', '2001:db8::/32', false],
    ['IpAddress', 'test:address', '2001:db8::/32', true],
    ['IpAddress', 'aws:username', '0.0.0.0/0', false],
    ['NotIpAddress', 'aws:SourceIp', '203.0.113.0/24', false],
    ['Null', 'aws:SourceArn', 'false', true],
    ['Null', 'aws:SourceOrgID', true, true],
    ['Null', 'aws:SourceOrgID', 'false', false],
  ])('%s %s %j: %s', (operator, key, values, expected) => {
    expect(holds({ [operator]: { [key]: values } })).toBe(expected);
  });

  test.each([
    ['StringEquals', false],
    ['StringLike', false],
    ['Bool', false],
    ['StringNotEquals', true],
    ['ArnNotLike', true],
    ['StringEqualsIfExists', true],
    ['StringNotLikeIfExists', true],
    ['ForAllValues:StringEquals', true],
    ['ForAnyValue:StringEquals', false],
    ['ForAnyValue:StringNotEquals', false],
    ['ForAnyValue:StringEqualsIfExists', true],
  ])('%s on a key the request has not: %s', (operator, expected) => {
    expect(holds({ [operator]: { 'aws:PrincipalOrgID': 'true' } })).toBe(expected);
    expect(holds({ [operator]: { 'lambda:Layer': 'true' } })).toBe(expected);
  });

  test('a value that exists is compared, IfExists or not', () => {
    expect(holds({ StringEqualsIfExists: { 'aws:username': 'bob' } })).toBe(false);
    expect(holds({ StringEqualsIfExists: { 'aws:username': 'ann' } })).toBe(true);
  });

  test.each([
    ['ForAllValues:StringEquals', ['team', 'cost', 'more'], true],
    ['ForAllValues:StringEquals', ['team'], false],
    ['ForAllValues:StringNotEquals', ['x'], true],
    ['ForAllValues:StringNotEquals', ['team'], false],
    ['ForAnyValue:StringEquals', ['team', 'x'], true],
    ['ForAnyValue:StringEquals', ['x'], false],
    ['ForAnyValue:StringNotEquals', ['team'], true],
    ['ForAnyValue:StringNotEquals', ['team', 'cost'], false],
    ['ForAnyValue:StringLike', ['c*'], true],
  ])('%s over several values, wanted %j: %s', (operator, wanted, expected) => {
    expect(holds({ [operator]: { 'aws:TagKeys': wanted } })).toBe(expected);
  });

  test('every operator and every key must hold', () => {
    const both = (account: string): Condition => ({
      StringEquals: { 'AWS:SourceAccount': account, 'aws:username': 'ann' },
      ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::bucket' },
    });
    expect(holds(both('123456789012'))).toBe(true);
    expect(holds(both('210987654321'))).toBe(false);
    expect(conditionTest(undefined, true)(keys)).toBe(true);
  });

  test.each<[Condition, string]>([
    [{ StringIs: { 'aws:username': 'x' } }, 'StringIs is no condition operator.'],
    [{ NullIfExists: { 'aws:username': 'true' } }, 'NullIfExists is no condition operator.'],
    [{ 'ForAllValues:Null': { 'aws:username': 'true' } }, 'ForAllValues:Null is no condition operator.'],
    [{ StringEquals: { username: 'x' } }, 'username is no condition key.'],
    [{ NumericEquals: { 'a:b': 'x' } }, 'x is no value for a Numeric condition.'],
    [{ NumericEquals: { 'a:b': '' } }, ' is no value for a Numeric condition.'],
    [{ DateEquals: { 'a:b': 'noon' } }, 'noon is no value for a Date condition.'],
    [{ Bool: { 'a:b': 'yes' } }, 'yes is no value for a Bool condition.'],
    [{ Null: { 'a:b': 'yes' } }, 'yes is no value for a Null condition.'],
    [{ IpAddress: { 'a:b': '10.0.0.0/33' } }, '10.0.0.0/33 is no IP address or range.'],
    [{ IpAddress: { 'a:b': '10.0.0.0/' } }, '10.0.0.0/ is no IP address or range.'],
    [{ IpAddress: { 'a:b': '10.0.0' } }, '10.0.0 is no IP address or range.'],
  ])('refuses %j', (condition, message) => {
    expect(() => conditionTest(condition, true)).toThrow(message);
  });
});

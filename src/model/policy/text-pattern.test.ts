import { describe, expect, test } from 'vitest';
import { arnPattern, isArnPattern } from './arn-pattern.ts';
import { contextKeys } from './context-keys.ts';
import { textPattern } from './text-pattern.ts';

const keys = contextKeys({
  'aws:username': 'Ann',
  'aws:PrincipalTag/team': 'b*e',
  'aws:TagKeys': ['a', 'b'],
});
const rules = { wildcards: true, variables: true };

function matches(pattern: string, text: string, change = {}): boolean {
  return textPattern(pattern, { ...rules, ...change })(text, keys);
}

describe('policy variables', () => {
  test('stand for what the request says', () => {
    expect(matches('home/${aws:username}/*', 'home/Ann/x')).toBe(true);
    expect(matches('home/${AWS:UserName}/*', 'home/Ann/x')).toBe(true);
    expect(matches('home/${aws:username}/*', 'home/Bob/x')).toBe(false);
    expect(matches('${aws:username}', 'ANN', { ignoreCase: true })).toBe(true);
  });

  test('are literal text where the policy is too old for them', () => {
    const old = { variables: false };
    expect(matches('${aws:username}', 'Ann', old)).toBe(false);
    expect(matches('${aws:username}', '${aws:username}', old)).toBe(true);
  });

  test('that the request does not answer match nothing, unless there is a fallback', () => {
    expect(matches('${aws:userid}', '')).toBe(false);
    expect(matches('${aws:TagKeys}', 'a')).toBe(false);
    expect(matches("${aws:userid, 'nobody'}", 'nobody')).toBe(true);
  });

  test('bring in no wildcards of their own', () => {
    expect(matches('${aws:PrincipalTag/team}', 'blue')).toBe(false);
    expect(matches('${aws:PrincipalTag/team}', 'b*e')).toBe(true);
  });

  test('spell the characters that mean something', () => {
    expect(matches('a${*}b', 'a*b')).toBe(true);
    expect(matches('a${*}b', 'axb')).toBe(false);
    expect(matches('${?}${$}', '?$')).toBe(true);
  });

  test('must be readable', () => {
    expect(() => textPattern('${}', rules)).toThrow('The policy variable ${} in ${} is not valid.');
  });
});

describe('arnPattern', () => {
  const arn = 'arn:aws:lambda:us-east-1:123456789012:function:f';
  const covers = (pattern: string, resource: string): boolean => arnPattern(pattern, rules)(resource, keys);

  test.each([
    [arn, true],
    ['*', true],
    ['arn:aws:lambda:*:*:function:*', true],
    ['arn:aws:lambda:us-east-1:123456789012:*', true],
    ['arn:*:lambda:us-east-?:123456789012:function:f', true],
    // A wildcard stays in its part.
    ['arn:*:function:f', false],
    ['arn:aws:*:123456789012:function:f', false],
    ['arn:aws:lambda*', false],
    ['arn:aws:lambda:us-east-1:123456789012:function:f:*', false],
    ['arn:aws:lambda:us-east-1:123456789012:function:F', false],
  ])('%s covers the function: %s', (pattern, expected) => {
    expect(covers(pattern, arn)).toBe(expected);
  });

  test('takes qualifiers literally', () => {
    expect(covers(arn, `${arn}:1`)).toBe(false);
    expect(covers(`${arn}:*`, `${arn}:PROD`)).toBe(true);
    expect(covers(`${arn}:*`, arn)).toBe(false);
    expect(covers(`${arn}*`, `${arn}:1`)).toBe(true);
  });

  test('knows variables, colons and all', () => {
    expect(covers('arn:aws:lambda:us-east-1:123456789012:function:${aws:username}', arn)).toBe(false);
    expect(
      covers('arn:aws:iam::123456789012:user/${aws:username}', 'arn:aws:iam::123456789012:user/Ann'),
    ).toBe(true);
    expect(isArnPattern('arn:aws:s3:::${aws:username}')).toBe(true);
    expect(isArnPattern('arn:aws:s3:${aws:username}')).toBe(false);
  });
});

import { describe, expect, test } from 'vitest';
import { groupArn, groupOf, streamArn } from './log-names.ts';

const caller = { accountId: '000000000000', region: 'us-east-1' };
const group = { ...caller, name: '/aws/lambda/f' };

describe('groupOf', () => {
  test.each([
    { logGroupName: '/aws/lambda/f' },
    { logGroupIdentifier: '/aws/lambda/f' },
    { logGroupIdentifier: 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f' },
    { logGroupIdentifier: 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f:*' },
  ])('reads %j', (input) => {
    expect(groupOf(input, caller)).toEqual(group);
  });

  test.each([
    [{}, 'Either LogGroup name or LogGroup identifier must be specified.'],
    [
      { logGroupName: 'a', logGroupIdentifier: 'a' },
      'LogGroup name and LogGroup ARN are mutually exclusive parameters.',
    ],
    [{ logGroupIdentifier: 'arn:aws:s3:::bucket' }, 'The specified log group identifier is invalid'],
    [
      { logGroupIdentifier: 'arn:aws:logs:us-east-1:111111111111:log-group:f' },
      'The specified log group does not exist.',
    ],
  ])('refuses %j', (input, message) => {
    expect(() => groupOf(input, caller)).toThrow(message);
  });
});

test('ARNs name partition, Region and account', () => {
  expect(groupArn(group)).toBe('arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f');
  expect(streamArn({ ...group, region: 'cn-north-1' }, 's')).toBe(
    'arn:aws-cn:logs:cn-north-1:000000000000:log-group:/aws/lambda/f:log-stream:s',
  );
});

import { describe, expect, test } from 'vitest';
import { processorMs } from '../../../test/support/processor-time.ts';
import { compilePolicy, evaluatePolicy, type PolicyDecision } from './evaluate-policy.ts';
import type { PolicyDocument, PolicyStatement } from './policy-document.ts';
import { accountRoot, type Principal, requestKeys } from './principal.ts';

const resource = 'arn:aws:lambda:us-east-1:111111111111:function:f';
const root = accountRoot('aws', '222222222222');
const user: Principal = { type: 'AWS', accountId: '222222222222', arn: 'arn:aws:iam::222222222222:user/ann' };
const session: Principal = {
  type: 'AWS',
  accountId: '222222222222',
  arn: 'arn:aws:sts::222222222222:assumed-role/deployer/ci',
  roleArn: 'arn:aws:iam::222222222222:role/team/deployer',
};
const s3: Principal = { type: 'Service', name: 's3.amazonaws.com' };
const anonymous: Principal = { type: 'Anonymous' };

const allow: PolicyStatement = {
  Effect: 'Allow',
  Principal: '*',
  Action: 'lambda:InvokeFunction',
  Resource: resource,
};

function decide(
  change: Partial<PolicyStatement>,
  principal: Principal = user,
  action = 'lambda:InvokeFunction',
): PolicyDecision {
  return decideAll([{ ...allow, ...change }], principal, action);
}

function decideAll(
  Statement: PolicyDocument['Statement'],
  principal: Principal = user,
  action = 'lambda:InvokeFunction',
): PolicyDecision {
  const policy = compilePolicy({ Version: '2012-10-17', Statement });
  return evaluatePolicy(policy, { principal, action, resource, keys: requestKeys(principal) });
}

describe('evaluatePolicy', () => {
  test.each<[string, PolicyStatement['Principal'], Principal[], Principal[]]>([
    ['everyone', '*', [root, user, session, s3, anonymous], []],
    ['every AWS principal', { AWS: ['*'] }, [root, user, session, s3, anonymous], []],
    ['an account', { AWS: '222222222222' }, [root, user, session], [s3, anonymous]],
    ['an account root', { AWS: root.arn }, [root, user, session], [s3, anonymous]],
    ['a user', { AWS: user.arn }, [user], [root, session, s3]],
    ['a role', { AWS: [session.roleArn ?? ''] }, [session], [root, user]],
    ['a session', { AWS: session.arn }, [session], [user]],
    ['a service', { Service: 's3.amazonaws.com' }, [s3], [user, root, anonymous]],
    ['another service', { Service: ['sns.amazonaws.com'] }, [], [s3]],
    ['a deleted role', { AWS: 'AROAEXAMPLEEXAMPLEEX' }, [], [session, user, root]],
    ['a federated user', { Federated: 'cognito-identity.amazonaws.com' }, [], [user, s3]],
  ])('names %s', (_, element, named, others) => {
    const effectFor = (principal: Principal): string =>
      decide({ Principal: element ?? '*' }, principal).effect;
    expect(named.map(effectFor)).toEqual(named.map(() => 'allow'));
    expect(others.map(effectFor)).toEqual(others.map(() => 'none'));
  });

  test('tells a principal that is named from one whose account is', () => {
    expect(decide({ Principal: { AWS: '222222222222' } })).toMatchObject({ match: 'account' });
    expect(decide({ Principal: { AWS: '222222222222' } }, root)).toMatchObject({ match: 'named' });
    expect(decide({ Principal: '*' })).toMatchObject({ match: 'named' });
    const both = [
      { ...allow, Principal: { AWS: root.arn } },
      { ...allow, Principal: { AWS: user.arn } },
    ];
    expect(decideAll(both)).toEqual({ effect: 'allow', statement: both[1], match: 'named' });
    expect(decideAll(both.toReversed())).toEqual({ effect: 'allow', statement: both[1], match: 'named' });
  });

  test('everyone but those named', () => {
    const { Principal: _, ...rest } = allow;
    const statement: PolicyStatement = { ...rest, Effect: 'Deny', NotPrincipal: { AWS: user.arn } };
    expect(decideAll([statement], user).effect).toBe('none');
    expect(decideAll([statement], root)).toEqual({ effect: 'explicit-deny', statement });
  });

  test('actions know wildcards and no case', () => {
    expect(decide({ Action: 'LAMBDA:invokefunction' }).effect).toBe('allow');
    expect(decide({ Action: ['lambda:Get*', 'lambda:Invoke*'] }).effect).toBe('allow');
    expect(decide({ Action: 'lambda:InvokeFunction' }, user, 'lambda:InvokeFunctionUrl').effect).toBe('none');
    expect(decide({ Action: '*' }, user, 'lambda:GetPolicy').effect).toBe('allow');
  });

  test('everything but the actions and resources named', () => {
    const { Action: _, Resource: __, ...rest } = allow;
    const except = (NotAction: string, NotResource: string): string =>
      decideAll([{ ...rest, NotAction, NotResource }]).effect;
    expect(except('lambda:Get*', `${resource}:1`)).toBe('allow');
    expect(except('lambda:Invoke*', `${resource}:1`)).toBe('none');
    expect(except('lambda:Get*', resource)).toBe('none');
  });

  test('a policy that names no version knows no variables', () => {
    const Statement = {
      ...allow,
      Condition: { StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } },
    };
    const request = { principal: user, action: 'lambda:InvokeFunction', resource, keys: requestKeys(user) };
    expect(evaluatePolicy(compilePolicy({ Statement }), request).effect).toBe('none');
    expect(evaluatePolicy(compilePolicy({ Version: '2012-10-17', Statement }), request).effect).toBe('allow');
  });

  test('says what the request is about in condition keys', () => {
    const when = (key: string, value: string, principal: Principal): string =>
      decide({ Condition: { StringEquals: { [key]: value } } }, principal).effect;
    expect(when('aws:PrincipalAccount', '222222222222', user)).toBe('allow');
    expect(when('aws:PrincipalArn', session.roleArn ?? '', session)).toBe('allow');
    expect(when('aws:PrincipalType', 'Account', root)).toBe('allow');
    expect(when('aws:PrincipalType', 'AssumedRole', session)).toBe('allow');
    expect(when('aws:PrincipalType', 'Anonymous', anonymous)).toBe('allow');
    expect(when('aws:PrincipalServiceName', 's3.amazonaws.com', s3)).toBe('allow');
    expect(when('aws:PrincipalIsAWSService', 'true', user)).toBe('none');
  });

  test('an allow for some items says nothing where it is not known which items are asked for', () => {
    const Condition = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['ann'] } };
    const policy = compilePolicy({ Version: '2012-10-17', Statement: [{ ...allow, Condition }] });
    const effect = (...items: readonly string[]) => {
      const keys = requestKeys(user, items.length === 0 ? {} : { 'dynamodb:LeadingKeys': items });
      return evaluatePolicy(policy, { principal: user, action: 'lambda:InvokeFunction', resource, keys })
        .effect;
    };
    expect(effect('ann')).toBe('allow');
    expect(effect('ann', 'bob')).not.toBe('allow');
    expect(effect()).not.toBe('allow');
  });

  describe('a deny by a key that requests do not have here denies whatever it would be', () => {
    const Resource = '*';
    const effect = (Condition: object, action: string, more: object = {}, isComplete = false) => {
      const Statement = [
        { ...allow, Action: '*', Resource, Condition, Effect: 'Deny', ...more } as PolicyStatement,
      ];
      const policy = compilePolicy({ Version: '2012-10-17', Statement });
      return evaluatePolicy(policy, {
        principal: user,
        action,
        resource,
        keys: requestKeys(user),
        isComplete,
      }).effect;
    };
    const ofTag = { StringEquals: { 'aws:ResourceTag/team': 'red' } };

    test.each<[object, string, string]>([
      [ofTag, 'sqs:SendMessage', 'explicit-deny'],
      // Its requests have their streams' tags.
      [ofTag, 'kinesis:PutRecord', 'none'],
      [{ StringEquals: { 'aws:RequestTag/team': 'red' } }, 'lambda:TagResource', 'none'],
      [{ StringEquals: { 'aws:RequestTag/team': 'red' } }, 'sqs:TagQueue', 'explicit-deny'],
      [{ Null: { 'dynamodb:LeadingKeys': 'false' } }, 'dynamodb:GetItem', 'explicit-deny'],
      [{ Null: { 'dynamodb:LeadingKeys': 'false' } }, 's3:GetObject', 'none'],
      [{ StringLike: { 's3:ExistingObjectTag/secret': '*' } }, 's3:GetObject', 'explicit-deny'],
      [
        { StringLike: { 'aws:PrincipalArn': '*${aws:ResourceTag/owner}' } },
        'sqs:SendMessage',
        'explicit-deny',
      ],
      // What is known still has to hold.
      [{ ...ofTag, StringLike: { 'aws:PrincipalArn': 'nobody' } }, 'sqs:SendMessage', 'none'],
    ])('%j, %s: %s', (condition, action, expected) => {
      expect(effect(condition, action)).toBe(expected);
    });

    test('and one about resources that it would name', () => {
      const owned = { Resource: `${resource}\${aws:ResourceTag/owner}` };
      expect(effect({}, 'sqs:SendMessage', owned)).toBe('explicit-deny');
    });

    test('but not where all there is was said', () => {
      expect(effect(ofTag, 'sqs:SendMessage', {}, true)).toBe('none');
    });
  });

  test('a deny wins', () => {
    const deny: PolicyStatement = { ...allow, Effect: 'Deny', Principal: { AWS: user.arn } };
    expect(decideAll([allow, deny])).toEqual({ effect: 'explicit-deny', statement: deny });
    expect(decideAll([deny, allow], root).effect).toBe('allow');
    expect(compilePolicy({ Statement: [allow, deny] }).hasDeny).toBe(true);
    expect(compilePolicy({ Statement: [allow] }).hasDeny).toBe(false);
  });

  test.each<[PolicyStatement['Principal'], string]>([
    [{ AWS: 'ann' }, 'Invalid principal in policy: "AWS":"ann"'],
    [
      { AWS: 'arn:aws:iam::222222222222:user/*x y' },
      'Invalid principal in policy: "AWS":"arn:aws:iam::222222222222:user/*x y"',
    ],
    [{ Service: 's3' }, 'Invalid principal in policy: "SERVICE":"s3"'],
  ])('refuses the principal %j', (principal, message) => {
    expect(() => decide({ Principal: principal ?? '*' })).toThrow(message);
  });

  test('takes microseconds', () => {
    const policy = compilePolicy({
      Version: '2012-10-17',
      Statement: [
        { ...allow, Principal: { Service: 's3.amazonaws.com' } },
        { ...allow, Condition: { StringEquals: { 'aws:PrincipalAccount': '222222222222' } } },
      ],
    });
    const request = { principal: user, action: 'lambda:InvokeFunction', resource, keys: requestKeys(user) };
    const takenMs = processorMs(() => {
      for (let turn = 0; turn < 20_000; turn += 1) evaluatePolicy(policy, request);
    });
    // About 1 µs each; the bound is for slow machines.
    expect(takenMs / 20).toBeLessThan(100);
  });
});

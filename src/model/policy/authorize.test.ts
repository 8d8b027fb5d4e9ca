import { describe, expect, test } from 'vitest';
import { authorize, type AccessRequest, type DenialReason, denialMessage } from './authorize.ts';
import { type CompiledPolicy, compilePolicy } from './evaluate-policy.ts';
import type { PolicyStatement } from './policy-document.ts';
import { accountRoot, type Principal, requestKeys } from './principal.ts';

const resource = 'arn:aws:lambda:us-east-1:111111111111:function:f';
const action = 'lambda:InvokeFunction';
const own: Principal = { type: 'AWS', accountId: '111111111111', arn: 'arn:aws:iam::111111111111:user/ann' };
const foreign: Principal = {
  type: 'AWS',
  accountId: '222222222222',
  arn: 'arn:aws:iam::222222222222:user/bob',
};
const service: Principal = { type: 'Service', name: 's3.amazonaws.com' };
const anonymous: Principal = { type: 'Anonymous' };

function policy(Effect: 'Allow' | 'Deny', Principal?: PolicyStatement['Principal']): CompiledPolicy {
  return compilePolicy({
    Statement: { Effect, ...(Principal && { Principal }), Action: '*', Resource: '*' },
  });
}

function request(principal: Principal): AccessRequest {
  return { principal, action, resource, resourceAccountId: '111111111111', keys: requestKeys(principal) };
}

const silent: readonly CompiledPolicy[] = [];
const allows = [policy('Allow')];
const denies = [policy('Allow'), policy('Deny')];
const grants = policy('Allow', '*');
const grantsService = policy('Allow', { Service: 's3.amazonaws.com' });
const delegates = policy('Allow', { AWS: '111111111111' });
const refuses = policy('Deny', '*');

describe('authorize', () => {
  test.each<
    [
      string,
      Principal,
      readonly CompiledPolicy[] | undefined,
      CompiledPolicy | undefined,
      DenialReason | 'allowed',
    ]
  >([
    ['own account, identity allows', own, allows, undefined, 'allowed'],
    ['own account, resource allows', own, silent, grants, 'allowed'],
    ['own account, resource leaves it to the account', own, silent, delegates, 'identity-silent'],
    ['own account, resource leaves it to the account, which allows', own, allows, delegates, 'allowed'],
    ['own account, nobody allows', own, silent, undefined, 'identity-silent'],
    ['own account, identity not looked at', own, undefined, undefined, 'allowed'],
    ['own account, resource denies', own, undefined, refuses, 'resource-denies'],
    ['own account, identity denies', own, denies, grants, 'identity-denies'],
    ['other account, both allow', foreign, allows, grants, 'allowed'],
    ['other account, only identity', foreign, allows, undefined, 'resource-silent'],
    ['other account, only resource', foreign, silent, grants, 'identity-silent'],
    ['other account, identity not looked at', foreign, undefined, grants, 'allowed'],
    [
      'other account, identity not looked at, resource silent',
      foreign,
      undefined,
      delegates,
      'resource-silent',
    ],
    ['other account, resource denies', foreign, allows, refuses, 'resource-denies'],
    ['service, resource allows', service, undefined, grantsService, 'allowed'],
    ['service, nothing says so', service, undefined, undefined, 'resource-silent'],
    ['anonymous, open to everyone', anonymous, undefined, grants, 'allowed'],
    ['anonymous, open to a service', anonymous, undefined, grantsService, 'resource-silent'],
    ['anonymous, closed', anonymous, undefined, refuses, 'resource-denies'],
  ])('%s', (_, principal, identity, policyOfResource, expected) => {
    const policies = identity && { identity, boundary: undefined, session: undefined };
    const decision = authorize(request(principal), { own: policies, resource: policyOfResource });
    expect(decision.isAllowed ? 'allowed' : decision.reason).toBe(expected);
  });

  test('says who may not do what, and why', () => {
    const text = (reason: DenialReason): string => denialMessage(request(foreign), reason);
    const start = `User: arn:aws:iam::222222222222:user/bob is not authorized to perform: ${action} on resource: ${resource} `;
    expect(text('identity-silent')).toBe(
      `${start}because no identity-based policy allows the ${action} action`,
    );
    expect(text('resource-silent')).toBe(
      `${start}because no resource-based policy allows the ${action} action`,
    );
    expect(text('identity-denies')).toBe(`${start}with an explicit deny in an identity-based policy`);
    expect(text('resource-denies')).toBe(`${start}with an explicit deny in a resource-based policy`);
    expect(denialMessage(request(anonymous), 'resource-silent')).toMatch(/^User: anonymous is/);
    expect(denialMessage(request(service), 'resource-silent')).toMatch(/^User: s3\.amazonaws\.com is/);
    expect(denialMessage(request(accountRoot('aws', '222222222222')), 'resource-silent')).toMatch(
      /^User: arn:aws:iam::222222222222:root is/,
    );
  });
});

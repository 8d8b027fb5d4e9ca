import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contextKeys } from './context-keys.ts';
import { compilePolicy, evaluatePolicy, type PolicyRequest } from './evaluate-policy.ts';
import { parsePolicy } from './parse-policy.ts';
import { PolicyError, type PolicyStatement, renderPolicy } from './policy-document.ts';
import type { Principal } from './principal.ts';

const accounts = fc.constantFrom('111111111111', '222222222222');
const names = fc.constantFrom('f', 'f:1', 'g');
const arns = fc
  .tuple(accounts, names)
  .map(([account, name]) => `arn:aws:lambda:us-east-1:${account}:function:${name}`);
const users = accounts.map((account) => `arn:aws:iam::${account}:user/ann`);

const principals: fc.Arbitrary<Principal> = fc.oneof(
  users.map((arn): Principal => ({ type: 'AWS', accountId: arn.slice(13, 25), arn })),
  fc.constantFrom<Principal>({ type: 'Service', name: 's3.amazonaws.com' }, { type: 'Anonymous' }),
);

const requests: fc.Arbitrary<PolicyRequest> = fc.record({
  principal: principals,
  action: fc.constantFrom('lambda:InvokeFunction', 'lambda:GetPolicy'),
  resource: arns,
  keys: fc
    .option(accounts, { nil: undefined })
    .map((account) => contextKeys({ 'aws:SourceAccount': account, 'aws:username': 'ann' })),
});

const policyPrincipals = fc.oneof(
  fc.constant<'*'>('*'),
  fc.oneof(users, accounts, fc.constant('*')).map((AWS) => ({ AWS })),
  fc.constant({ Service: ['s3.amazonaws.com', 'sns.amazonaws.com'] }),
);

const conditions: fc.Arbitrary<PolicyStatement['Condition']> = fc.option(
  fc
    .tuple(
      fc.constantFrom('StringEquals', 'StringNotEquals', 'StringLikeIfExists', 'ForAllValues:StringEquals'),
      fc.uniqueArray(accounts, { minLength: 1 }),
    )
    .map(([operator, values]) => ({ [operator]: { 'aws:SourceAccount': values } })),
  { nil: undefined },
);

const statements: fc.Arbitrary<PolicyStatement> = fc
  .record({
    Effect: fc.constantFrom<'Allow' | 'Deny'>('Allow', 'Deny'),
    Principal: policyPrincipals,
    Action: fc.constantFrom('lambda:InvokeFunction', 'lambda:Get*', '*'),
    Resource: fc.oneof(arns, fc.constantFrom('*', 'arn:aws:lambda:*:*:function:f*')),
    Condition: conditions,
  })
  .map(({ Condition, ...rest }) => ({ ...rest, ...(Condition && { Condition }) }));

const many = fc.array(statements, { minLength: 1, maxLength: 6 });

function effect(Statement: readonly PolicyStatement[], request: PolicyRequest): string {
  return evaluatePolicy(compilePolicy({ Version: '2012-10-17', Statement }), request).effect;
}

/** Values in the places of a policy where others belong. */
const scrambled = fc
  .record(
    {
      Version: fc.oneof(fc.constant('2012-10-17'), fc.jsonValue()),
      Id: fc.jsonValue(),
      Statement: fc.oneof(
        fc.jsonValue(),
        fc.array(
          fc.record(
            {
              Effect: fc.oneof(fc.constantFrom('Allow', 'Deny'), fc.jsonValue()),
              Principal: fc.oneof(policyPrincipals, fc.record({ AWS: fc.jsonValue() }), fc.jsonValue()),
              Action: fc.oneof(fc.constant('lambda:*'), fc.jsonValue()),
              Resource: fc.oneof(
                fc.constant('*'),
                fc.string().map((text) => `arn:aws:s3:::\${${text}}`),
                fc.jsonValue(),
              ),
              Condition: fc.oneof(
                conditions.map((condition) => condition ?? {}),
                fc.dictionary(
                  fc.constantFrom('StringLike', 'NumericEquals', 'IpAddress', 'Null', 'BoolIfExists', 'x'),
                  fc.dictionary(fc.constantFrom('aws:SourceIp', 'x'), fc.oneof(fc.string(), fc.jsonValue())),
                ),
              ),
            },
            { requiredKeys: ['Effect', 'Principal', 'Action', 'Resource'] },
          ),
        ),
      ),
    },
    { requiredKeys: ['Statement'] },
  )
  .map((document) => JSON.stringify(document));

describe('any text', () => {
  test('is a policy that can be asked, or is refused with a reason', () => {
    fc.assert(
      fc.property(fc.oneof(scrambled, fc.json(), fc.string()), requests, (text, request) => {
        try {
          const policy = compilePolicy(parsePolicy(text, 'resource'));
          expect(['allow', 'none', 'explicit-deny']).toContain(evaluatePolicy(policy, request).effect);
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('any policy', () => {
  test('comes back from its own text', () => {
    fc.assert(
      fc.property(many, (Statement) => {
        const document = { Version: '2012-10-17' as const, Statement };
        expect(parsePolicy(renderPolicy(document), 'resource')).toEqual(document);
      }),
    );
  });

  test('means the same whatever the order of its statements', () => {
    fc.assert(
      fc.property(many, requests, fc.infiniteStream(fc.nat()), (before, request, draws) => {
        const shuffled = before
          .map((statement) => ({ statement, rank: draws.next().value }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ statement }) => statement);
        expect(effect(shuffled, request)).toBe(effect(before, request));
      }),
    );
  });

  test('denies when any statement denies by itself, and only then', () => {
    fc.assert(
      fc.property(many, requests, (all, request) => {
        const denies = all.some((statement) => effect([statement], request) === 'explicit-deny');
        expect(effect(all, request) === 'explicit-deny').toBe(denies);
      }),
    );
  });

  test('takes nothing away with one more Allow, and gives nothing with one more Deny', () => {
    const rank = { 'explicit-deny': 0, none: 1, allow: 2 } as Readonly<Record<string, number>>;
    fc.assert(
      fc.property(many, statements, requests, (all, more, request) => {
        const [before = 0, after = 0] = [rank[effect(all, request)], rank[effect([...all, more], request)]];
        if (more.Effect === 'Allow') expect(after).toBeGreaterThanOrEqual(before);
        else expect(after).toBeLessThanOrEqual(before);
      }),
    );
  });

  test('says nothing about actions and resources no statement names', () => {
    fc.assert(
      fc.property(many, requests, (all, request) => {
        const narrow = all.map((statement) => ({ ...statement, Action: 'lambda:DeleteFunction' }));
        expect(effect(narrow, request)).toBe('none');
      }),
    );
  });
});

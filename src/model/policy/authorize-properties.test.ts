import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AccessPolicies, authorize, type PrincipalPolicies } from './authorize.ts';
import { compilePolicy, type CompiledPolicy } from './evaluate-policy.ts';
import type { PolicyStatement } from './policy-document.ts';
import { type AwsPrincipal, requestKeys } from './principal.ts';

/**
 * All layers against a second evaluator, written down as plainly as the rules can be: no wildcards but `*`, statements
 * walked one by one, each layer's verdict a word.
 */
const OWN = '111111111111';
const OTHER = '222222222222';
const RESOURCE = `arn:aws:lambda:us-east-1:${OWN}:function:f`;
const ACTION = 'lambda:InvokeFunction';

const user = (account: string): AwsPrincipal => ({
  type: 'AWS',
  accountId: account,
  arn: `arn:aws:iam::${account}:user/ann`,
});
const session = (account: string): AwsPrincipal => ({
  type: 'AWS',
  accountId: account,
  arn: `arn:aws:sts::${account}:assumed-role/r/s`,
  roleArn: `arn:aws:iam::${account}:role/r`,
});
const principals = fc.constantFrom(user(OWN), user(OTHER), session(OWN), session(OTHER));

const own: fc.Arbitrary<PolicyStatement> = fc.record({
  Effect: fc.constantFrom<'Allow' | 'Deny'>('Allow', 'Allow', 'Allow', 'Deny'),
  Action: fc.constantFrom('*', ACTION, 'lambda:GetFunction'),
  Resource: fc.constantFrom('*', RESOURCE, `${RESOURCE}:1`),
});
const names = [OWN, OTHER].flatMap((account) => [
  account,
  user(account).arn,
  session(account).arn,
  session(account).roleArn ?? '',
]);
const granted: fc.Arbitrary<PolicyStatement> = fc
  .tuple(own, fc.constantFrom('*', ...names))
  .map(([statement, name]) => ({ ...statement, Principal: name === '*' ? '*' : { AWS: name } }));

const policies = (statement: fc.Arbitrary<PolicyStatement>) => fc.array(statement, { maxLength: 3 });
const layers = fc.record({
  identity: policies(own),
  boundary: fc.option(policies(own)),
  session: fc.option(policies(own)),
  resource: policies(granted),
});

type Layers = typeof layers extends fc.Arbitrary<infer T> ? T : never;

const fits = ({ Action, Resource }: PolicyStatement): boolean =>
  (Action === '*' || Action === ACTION) && (Resource === '*' || Resource === RESOURCE);

function says(statements: readonly PolicyStatement[]): 'denies' | 'allows' | 'nothing' {
  const applying = statements.filter(fits);
  if (applying.some(({ Effect }) => Effect === 'Deny')) return 'denies';
  return applying.length > 0 ? 'allows' : 'nothing';
}

function nameOf(
  statement: PolicyStatement,
  who: AwsPrincipal,
): 'itself' | 'its role' | 'its account' | undefined {
  const { Principal } = statement;
  if (Principal === '*') return 'itself';
  const name = (Principal as { AWS: string }).AWS;
  if (name === who.arn) return 'itself';
  if (name === who.roleArn) return 'its role';
  return name === who.accountId ? 'its account' : undefined;
}

function isAllowedPlainly(who: AwsPrincipal, given: Layers): boolean {
  const about = given.resource.filter((statement) => nameOf(statement, who) !== undefined);
  const verdicts = [given.identity, given.boundary ?? [], given.session ?? [], about].map(says);
  if (verdicts.includes('denies')) return false;
  const identity = says(given.identity) === 'allows';
  const boundary = given.boundary === null || says(given.boundary) === 'allows';
  const narrowed = given.session === null || says(given.session) === 'allows';
  const grants = (how: string): boolean => says(about.filter((one) => nameOf(one, who) === how)) === 'allows';
  if (who.accountId === OTHER) return identity && boundary && narrowed && says(about) === 'allows';
  if (grants('itself')) return true;
  return (identity || grants('its role')) && boundary && narrowed;
}

function compiled(statements: readonly PolicyStatement[]): CompiledPolicy {
  return compilePolicy({ Version: '2012-10-17', Statement: statements });
}

function compiledLayers(given: Layers): AccessPolicies {
  const principal: PrincipalPolicies = {
    identity: given.identity.map((statement) => compiled([statement])),
    boundary: given.boundary === null ? undefined : compiled(given.boundary),
    session: given.session === null ? undefined : given.session.map((statement) => compiled([statement])),
  };
  return { own: principal, resource: compiled(given.resource) };
}

test('identity, boundary, session and resource policies together decide as the plain rules do', () => {
  const outcomes = new Set<boolean>();
  fc.assert(
    fc.property(principals, layers, (principal, given) => {
      const request = {
        principal,
        action: ACTION,
        resource: RESOURCE,
        resourceAccountId: OWN,
        keys: requestKeys(principal),
      };
      const decision = authorize(request, compiledLayers(given));
      outcomes.add(decision.isAllowed);
      expect(decision.isAllowed).toBe(isAllowedPlainly(principal, given));
    }),
    { numRuns: 5000 },
  );
  expect(outcomes.size).toBe(2);
});

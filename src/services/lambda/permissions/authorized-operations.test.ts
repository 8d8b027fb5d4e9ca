import { describe, expect, test } from 'vitest';
import { rootCaller } from '../../../model/identity/caller-identity.ts';
import type { RequestContext } from '../../../aws/service.ts';
import { MovableClock } from '../../../model/clock.ts';
import { type CompiledPolicy, compilePolicy } from '../../../model/policy/evaluate-policy.ts';
import type { PolicyStatement } from '../../../model/policy/policy-document.ts';
import { authorized } from './authorized-operations.ts';
import { mayAlso } from './foreign-context.ts';

const OWN = '111111111111';
const FOREIGN = '222222222222';
const ARN = `arn:aws:lambda:us-east-1:${FOREIGN}:function:f`;

const context: RequestContext = {
  requestId: 'b7e2d7a0-0000-4000-8000-000000000000',
  accountId: OWN,
  region: 'us-east-1',
  accessKeyId: OWN,
  caller: rootCaller('aws', OWN),
  service: 'lambda',
  operation: 'GetFunction',
  sourceIp: '127.0.0.1',
  headers: { 'user-agent': 'test' },
  header: () => undefined,
  origin: 'http://127.0.0.1:4566',
  contentLength: 0,
  signal: new AbortController().signal,
  patience: new AbortController().signal,
  setHeader: () => undefined,
};

const NOT_LOOKED_AT = { isStrict: false, generation: 1, policiesOf: () => undefined };

/** Policies by ARN that remember what was asked for. */
class Policies {
  readonly asked: string[] = [];
  readonly #byArn: Map<string, CompiledPolicy>;

  constructor(statements: Readonly<Record<string, Partial<PolicyStatement>>> = {}) {
    const compiled = Object.entries(statements).map(([arn, change]): [string, CompiledPolicy] => {
      const statement = { Effect: 'Allow' as const, Principal: '*' as const, Action: '*', Resource: '*' };
      return [arn, compilePolicy({ Statement: { ...statement, ...change } })];
    });
    this.#byArn = new Map(compiled);
  }

  readonly generation = 1;

  get hasDeny(): boolean {
    return [...this.#byArn.values()].some(({ hasDeny }) => hasDeny);
  }

  find(arn: string): CompiledPolicy | undefined {
    this.asked.push(arn);
    return this.#byArn.get(arn);
  }
}

/** The context the operation got. */
function run(policies: Policies, operation: string, input: object): RequestContext {
  let got: RequestContext | undefined;
  const operations = authorized(
    { policies, identities: NOT_LOOKED_AT, clock: new MovableClock() },
    { [operation]: (_: object, seen: RequestContext) => void (got = seen) },
  );
  void operations[operation]?.(input, context);
  if (got === undefined) throw new Error('The operation was not called.');
  return got;
}

describe('authorized', () => {
  test.each([
    { FunctionName: 'f' },
    { FunctionName: 'f:live', Qualifier: 'live' },
    { FunctionName: `${OWN}:function:f` },
    { FunctionName: `arn:aws:lambda:us-east-1:${OWN}:function:f:1` },
    { Resource: `arn:aws:lambda:us-east-1:${OWN}:event-source-mapping:x` },
    {},
  ])('asks no policy about what is the caller own: %j', (input) => {
    const policies = new Policies({ [ARN]: {} });
    expect(run(policies, 'GetFunction', input)).toBe(context);
    expect(policies.asked).toEqual([]);
  });

  test.each([
    { FunctionName: ARN },
    { FunctionName: `${FOREIGN}:function:f` },
    { FunctionName: `${FOREIGN}:f` },
    { Resource: ARN },
  ])('lets a caller into another account where a policy does: %j', (input) => {
    const admitted = run(new Policies({ [ARN]: {} }), 'ListTags', input);
    expect(admitted.accountId).toBe(FOREIGN);
    for (const [name, value] of Object.entries(context)) {
      const isOther = ['accountId', 'setHeader', 'header'].includes(name);
      if (!isOther) expect(admitted[name as keyof RequestContext], name).toBe(value);
    }
    expect(() => run(new Policies(), 'ListTags', input)).toThrow(
      `User: arn:aws:iam::${OWN}:root is not authorized to perform: lambda:ListTags on resource: ${ARN}`,
    );
  });

  test('asks the policy of the qualifier that was used', () => {
    const policies = new Policies({ [`${ARN}:live`]: {} });
    expect(run(policies, 'Invoke', { FunctionName: ARN, Qualifier: 'live' }).accountId).toBe(FOREIGN);
    expect(() => run(policies, 'Invoke', { FunctionName: ARN })).toThrow('lambda:InvokeFunction');
    expect(policies.asked).toEqual([`${ARN}:live`, ARN]);
  });

  test.each(['UpdateFunctionConfiguration', 'AddPermission', 'PutResourcePolicy', 'SomethingNew'])(
    'lets nobody do %s in another account',
    (operation) => {
      const policies = new Policies({ [ARN]: {} });
      expect(() => run(policies, operation, { FunctionName: ARN })).toThrow(
        `because no resource-based policy allows the lambda:${operation} action`,
      );
    },
  );

  test('says what further things the policy allows', () => {
    const some = run(new Policies({ [ARN]: { Action: 'lambda:GetFunction' } }), 'GetFunction', {
      FunctionName: ARN,
    });
    expect(mayAlso(some, 'lambda:GetFunction')).toBe(true);
    expect(mayAlso(some, 'lambda:ListTags')).toBe(false);
    expect(mayAlso(context, 'lambda:ListTags')).toBe(true);
  });

  test('applies a deny to the owner, but for setting the policy right', () => {
    const own = `arn:aws:lambda:us-east-1:${OWN}:function:f`;
    const policies = new Policies({ [own]: { Effect: 'Deny' } });
    expect(() => run(policies, 'GetFunction', { FunctionName: 'f' })).toThrow(
      'with an explicit deny in a resource-based policy',
    );
    expect(run(policies, 'GetFunction', { FunctionName: 'g' })).toBe(context);
    expect(run(policies, 'DeleteResourcePolicy', { ResourceArn: own })).toBe(context);
    expect(run(policies, 'PutResourcePolicy', { ResourceArn: own })).toBe(context);
  });

  test('knows what the request is about', () => {
    const when = (Condition: PolicyStatement['Condition']): Policies =>
      new Policies({ [ARN]: { Condition: Condition ?? {} } });
    const get = (condition: PolicyStatement['Condition']): boolean => {
      try {
        return run(when(condition), 'Invoke', { FunctionName: ARN }).accountId === FOREIGN;
      } catch {
        return false;
      }
    };
    expect(get({ IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } })).toBe(true);
    expect(get({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })).toBe(false);
    expect(get({ Bool: { 'aws:SecureTransport': 'false' } })).toBe(true);
    expect(get({ StringEquals: { 'aws:PrincipalAccount': OWN, 'aws:ResourceAccount': FOREIGN } })).toBe(true);
    expect(get({ DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } })).toBe(true);
    expect(get({ NumericLessThan: { 'aws:EpochTime': 1_500_000_000 } })).toBe(false);
    expect(get({ Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } })).toBe(false);
    expect(get({ StringEquals: { 'aws:PrincipalOrgID': 'o-0123456789' } })).toBe(false);
  });
});

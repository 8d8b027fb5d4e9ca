import { CreateAliasCommand, GetPolicyCommand, PublishVersionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { grant, policyOf, sidsOf, STALE_REVISION } from '../../support/policies.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let name: string;
let arn: string;

beforeAll(async () => {
  server = await startServer();
  const created = await deploy(server.lambda);
  name = created.FunctionName;
  arn = created.FunctionArn;
  await server.lambda.send(new PublishVersionCommand({ FunctionName: name }));
  await server.lambda.send(
    new CreateAliasCommand({ FunctionName: name, Name: 'live', FunctionVersion: '1' }),
  );
});

afterAll(async () => {
  await server.stop();
});

let serial = 0;

/** A statement id no other test uses. */
function newSid(): string {
  serial += 1;
  return `sid-${serial}`;
}

describe('AddPermission', () => {
  test('returns the statement as JSON text, its members in AWS order [statement]', async () => {
    const StatementId = newSid();
    expect(await grant(server.lambda, name, { StatementId })).toBe(
      `{"Sid":"${StatementId}","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},` +
        `"Action":"lambda:InvokeFunction","Resource":"${arn}"}`,
    );
  });

  test.each([
    ['*', '*'],
    ['123456789012', { AWS: 'arn:aws:iam::123456789012:root' }],
    ['arn:aws:iam::123456789012:root', { AWS: 'arn:aws:iam::123456789012:root' }],
    ['arn:aws:iam::123456789012:role/team/deploy', { AWS: 'arn:aws:iam::123456789012:role/team/deploy' }],
    ['arn:aws:iam::123456789012:user/ann', { AWS: 'arn:aws:iam::123456789012:user/ann' }],
    ['events.amazonaws.com', { Service: 'events.amazonaws.com' }],
    ['alexa-appkit.amazon.com', { Service: 'alexa-appkit.amazon.com' }],
  ])('writes the principal %s as AWS does [principals]', async (Principal, expected) => {
    const statement = await grant(server.lambda, name, { StatementId: newSid(), Principal });
    expect(JSON.parse(statement ?? '')).toMatchObject({ Principal: expected });
  });

  test.each([
    [{ SourceArn: 'arn:aws:s3:::bucket' }, '{"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}'],
    [{ SourceAccount: '123456789012' }, '{"StringEquals":{"AWS:SourceAccount":"123456789012"}}'],
    [
      { SourceArn: 'arn:aws:s3:::bucket', SourceAccount: '123456789012' },
      '{"StringEquals":{"AWS:SourceAccount":"123456789012"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}',
    ],
    [
      { Principal: '*', PrincipalOrgID: 'o-0123456789' },
      '{"StringEquals":{"aws:PrincipalOrgID":"o-0123456789"}}',
    ],
    [
      { Principal: '*', Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' as const },
      '{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}',
    ],
    [
      { Principal: 'alexa-appkit.amazon.com', EventSourceToken: 'amzn1.ask.skill.x' },
      '{"StringEquals":{"lambda:EventSourceToken":"amzn1.ask.skill.x"}}',
    ],
    [{ Principal: '*', InvokedViaFunctionUrl: true }, '{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}'],
  ])('writes %j as a condition [conditions]', async (change, expected) => {
    const statement = (await grant(server.lambda, name, { StatementId: newSid(), ...change })) ?? '';
    expect(statement.slice(statement.indexOf(',"Condition":'))).toBe(`,"Condition":${expected}}`);
  });

  test('keeps a policy for the function, for each version and for each alias [qualifiers]', async () => {
    const sids = { function: newSid(), version: newSid(), alias: newSid() };
    await grant(server.lambda, name, { StatementId: sids.function });
    const ofVersion = await grant(server.lambda, `${name}:1`, { StatementId: sids.version });
    await grant(server.lambda, name, { StatementId: sids.alias, Qualifier: 'live' });
    expect(JSON.parse(ofVersion ?? '')).toMatchObject({ Resource: `${arn}:1` });
    expect(sidsOf(await policyOf(server.lambda, name))).toContain(sids.function);
    expect(sidsOf(await policyOf(server.lambda, name, '1'))).toEqual([sids.version]);
    expect(sidsOf(await policyOf(server.lambda, `${name}:live`))).toEqual([sids.alias]);
  });

  test('takes the qualifier from the name or by itself, not two different ones [qualifier-conflict]', async () => {
    const both = await grant(server.lambda, `${name}:live`, { StatementId: newSid(), Qualifier: 'live' });
    expect(JSON.parse(both ?? '')).toMatchObject({ Resource: `${arn}:live` });
    expect(
      await refusal(grant(server.lambda, `${name}:live`, { StatementId: newSid(), Qualifier: '1' })),
    ).toEqual({
      name: 'InvalidParameterValueException',
      message: 'The derived qualifier from the function name does not match the specified qualifier.',
      status: 400,
      type: 'User',
    });
  });

  test('gives $LATEST no policy [latest]', async () => {
    const latest = [`${name}:$LATEST`, `${arn}:$LATEST`].map(
      async (FunctionName) => await refusal(grant(server.lambda, FunctionName, { StatementId: newSid() })),
    );
    for (const refused of await Promise.all(latest)) {
      expect(refused).toEqual({
        name: 'InvalidParameterValueException',
        message: 'We currently do not support adding policies for $LATEST.',
        status: 400,
        type: 'User',
      });
    }
  });

  test.each([
    'nobody',
    's3',
    'amazonaws.com',
    '12345',
    'arn:aws:s3:::bucket',
    'arn:aws:iam::123456789012:group/g',
  ])('refuses the principal %s [principal-invalid]', async (Principal) => {
    expect(await refusal(grant(server.lambda, name, { StatementId: newSid(), Principal }))).toEqual({
      name: 'InvalidParameterValueException',
      message: 'The provided principal was invalid. Please check the principal and try again.',
      status: 400,
      type: 'User',
    });
  });

  test('knows what is about function URLs only [url-auth-type]', async () => {
    const wrong = grant(server.lambda, name, { StatementId: newSid(), FunctionUrlAuthType: 'NONE' });
    expect(await refusal(wrong)).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action',
    });
    const change = { StatementId: newSid(), Action: 'lambda:GetFunction', InvokedViaFunctionUrl: true };
    expect(await refusal(grant(server.lambda, name, change))).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action',
    });
  });

  test('takes a statement id once [duplicate]', async () => {
    const StatementId = newSid();
    await grant(server.lambda, name, { StatementId });
    expect(await refusal(grant(server.lambda, name, { StatementId, Principal: '*' }))).toEqual({
      name: 'ResourceConflictException',
      message: `The statement id (${StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      status: 409,
      type: 'User',
    });
  });

  test('says what is not there [not-found]', async () => {
    const missing = uniqueName();
    expect(await refusal(grant(server.lambda, missing))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${missing}`,
      status: 404,
      type: 'User',
    });
    expect(await refusal(grant(server.lambda, `${name}:77`))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: ${arn}:77`,
    });
    expect(await refusal(grant(server.lambda, `${name}:none`))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Cannot find alias arn: ${arn}:none`,
    });
  });

  test('adds to the revision the caller knows only [stale-revision]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const stale = {
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
      status: 412,
      type: 'User',
    };
    const first = { StatementId: 'first', RevisionId: STALE_REVISION };
    expect(await refusal(grant(server.lambda, FunctionName, first))).toEqual(stale);
    await grant(server.lambda, FunctionName, { StatementId: 'first' });
    const before = await policyOf(server.lambda, FunctionName);
    await grant(server.lambda, FunctionName, { StatementId: 'second', RevisionId: before.revisionId });
    const after = await policyOf(server.lambda, FunctionName);
    expect(after.revisionId).not.toBe(before.revisionId);
    expect(
      await refusal(
        grant(server.lambda, FunctionName, { StatementId: 'third', RevisionId: before.revisionId }),
      ),
    ).toEqual(stale);
    expect(sidsOf(await policyOf(server.lambda, FunctionName))).toEqual(['first', 'second']);
  });

  test('measures the whole policy, 20,480 bytes at most [size]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const add = async (index: number): Promise<unknown> =>
      await grant(server.lambda, FunctionName, {
        StatementId: `${index}`.padStart(100, 's'),
        SourceArn: `arn:aws:s3:::${'b'.repeat(4_000)}`,
      });
    for (let index = 0; index < 4; index += 1) await add(index);
    const { text } = await policyOf(server.lambda, FunctionName);
    const one = (text.length - '{"Version":"2012-10-17","Id":"default","Statement":[]}'.length - 3) / 4;
    const size = text.length + 1 + one;
    expect(size).toBeGreaterThan(20_480);
    expect(await refusal(add(4))).toEqual({
      name: 'PolicyLengthExceededException',
      message: `The final policy size (${size}) is bigger than the limit (20480).`,
      status: 400,
      type: 'User',
    });
  });

  test('checks the form of everything [constraints]', async () => {
    const refused = await refusal(
      grant(server.lambda, name, { StatementId: 'a b', Action: 's3:GetObject', SourceAccount: 'x' }),
    );
    expect(refused).toMatchObject({ name: 'ValidationException', status: 400, type: undefined });
    expect(refused.message).toMatch(/^3 validation errors detected: /);
    expect(refused.message).toContain(
      "Value 'a b' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)",
    );
    expect(refused.message).toContain("Value 's3:GetObject' at 'action'");
  });

  test('loses no statement when many are added at once [concurrent]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const sids = Array.from({ length: 12 }, (_, index) => `many-${index}`);
    await Promise.all(
      sids.map(async (StatementId) => await grant(server.lambda, FunctionName, { StatementId })),
    );
    const kept = sidsOf(await policyOf(server.lambda, FunctionName));
    expect(kept).toHaveLength(sids.length);
    expect(new Set(kept)).toEqual(new Set(sids));
  });

  test('leaves the policy as it is when it refuses [refused]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    await refusal(grant(server.lambda, FunctionName, { Principal: 'nobody' }));
    const none = server.lambda.send(new GetPolicyCommand({ FunctionName }));
    expect((await refusal(none)).name).toBe('ResourceNotFoundException');
  });
});

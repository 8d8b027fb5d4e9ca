import {
  DeleteResourcePolicyCommand,
  GetFunctionCommand,
  GetResourcePolicyCommand,
  InvokeCommand,
  PublishVersionCommand,
  PutResourcePolicyCommand,
  type PutResourcePolicyCommandInput,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName, UUID } from '../../support/lambda-requests.ts';
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
});

afterAll(async () => {
  await server.stop();
});

/** A policy with one statement for the function, changed where the test needs it. */
function policy(change: object = {}, document: object = {}): string {
  const statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: 'lambda:InvokeFunction',
    Resource: arn,
    ...change,
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement], ...document });
}

async function put(
  Policy: string,
  change: Partial<PutResourcePolicyCommandInput> = {},
): Promise<{ Policy?: string | undefined; RevisionId?: string | undefined }> {
  const { $metadata: _, ...answer } = await server.lambda.send(
    new PutResourcePolicyCommand({ ResourceArn: arn, Policy, ...change }),
  );
  return answer;
}

describe('PutResourcePolicy', () => {
  test('keeps the policy exactly as it was given [stored]', async () => {
    const given = JSON.stringify(JSON.parse(policy({ Sid: 'x' })), null, 2);
    const answer = await put(given);
    expect(answer).toEqual({ Policy: given, RevisionId: expect.stringMatching(UUID) as unknown });
    const { $metadata: _, ...found } = await server.lambda.send(
      new GetResourcePolicyCommand({ ResourceArn: arn }),
    );
    expect(found).toEqual(answer);
    expect((await policyOf(server.lambda, name)).text).toBe(given);
  });

  test('replaces what AddPermission added, and is added to [replaces]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const change = { ResourceArn: FunctionArn };
    await grant(server.lambda, FunctionName, { StatementId: 'old' });
    const { Statement: _, ...document } = JSON.parse(policy()) as { Statement: unknown };
    const statement = { Sid: 'new', Effect: 'Allow', Principal: '*', Action: '*', Resource: FunctionArn };
    // A single statement need not be in a list.
    await put(JSON.stringify({ ...document, Statement: statement }), change);
    expect((await policyOf(server.lambda, FunctionName)).text).not.toContain('old');
    await grant(server.lambda, FunctionName, { StatementId: 'added' });
    expect(sidsOf(await policyOf(server.lambda, FunctionName))).toEqual(['new', 'added']);
    await server.lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: 'new' }));
    expect(sidsOf(await policyOf(server.lambda, FunctionName))).toEqual(['added']);
  });

  test('is for one version or alias when the ARN is qualified [qualifiers]', async () => {
    const ofVersion = policy({ Sid: 'version', Resource: `${arn}:1` });
    await put(ofVersion, { ResourceArn: `${arn}:1` });
    expect((await policyOf(server.lambda, name, '1')).text).toBe(ofVersion);
    await put(policy({ Sid: 'function' }));
    expect(sidsOf(await policyOf(server.lambda, name))).toEqual(['function']);
    expect(await refusal(put(policy({ Resource: arn }), { ResourceArn: `${arn}:1` }))).toMatchObject({
      name: 'InvalidParameterValueException',
      message: `The resource ${arn} does not match ${arn}:1.`,
    });
  });

  test('replaces the revision the caller knows only [stale-revision]', async () => {
    const { RevisionId } = await put(policy());
    expect(await refusal(put(policy(), { RevisionId: STALE_REVISION }))).toEqual({
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetResourcePolicy API to retrieve the latest Revision Id',
      status: 412,
      type: 'User',
    });
    const after = await put(policy(), { RevisionId });
    expect(after.RevisionId).not.toBe(RevisionId);
  });

  test('denies the owner what a statement denies, until it is taken away [deny]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const deny = policy({
      Effect: 'Deny',
      Action: ['lambda:Invoke*', 'lambda:GetFunction'],
      Resource: FunctionArn,
    });
    await put(deny, { ResourceArn: FunctionArn });
    const invoke = async (): Promise<number | undefined> =>
      (await server.lambda.send(new InvokeCommand({ FunctionName }))).StatusCode;
    expect(await refusal(invoke())).toEqual({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::000000000000:root is not authorized to perform: lambda:InvokeFunction on resource: ${FunctionArn} with an explicit deny in a resource-based policy`,
      status: 403,
      type: undefined,
    });
    const get = server.lambda.send(new GetFunctionCommand({ FunctionName: FunctionArn }));
    expect((await refusal(get)).name).toBe('AccessDeniedException');
    // Another function, and another name for this one's code, are not meant.
    expect((await server.lambda.send(new InvokeCommand({ FunctionName: name }))).StatusCode).toBe(200);
    const latest = new InvokeCommand({ FunctionName, Qualifier: '$LATEST' });
    expect((await server.lambda.send(latest)).StatusCode).toBe(200);
    await server.lambda.send(new DeleteResourcePolicyCommand({ ResourceArn: FunctionArn }));
    expect(await invoke()).toBe(200);
  });

  test('denies under conditions [deny-condition]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const unless = async (range: string): Promise<void> => {
      const Condition = { NotIpAddress: { 'aws:SourceIp': range } };
      const statement = { Effect: 'Deny', Resource: FunctionArn, Condition };
      await put(policy(statement), { ResourceArn: FunctionArn });
    };
    const invoke = async (): Promise<unknown> =>
      await server.lambda.send(new InvokeCommand({ FunctionName }));
    await unless('203.0.113.0/24');
    expect((await refusal(invoke())).name).toBe('AccessDeniedException');
    await unless('127.0.0.0/8');
    expect(await invoke()).toMatchObject({ StatusCode: 200 });
  });

  test('leaves the owner a way back from denying everything [owner]', async () => {
    const { FunctionArn } = await deploy(server.lambda);
    const all = policy({ Effect: 'Deny', Action: '*', Resource: '*' });
    await put(all, { ResourceArn: FunctionArn });
    const get = new GetResourcePolicyCommand({ ResourceArn: FunctionArn });
    expect((await refusal(server.lambda.send(get))).name).toBe('AccessDeniedException');
    const mended = policy({ Resource: FunctionArn });
    expect((await put(mended, { ResourceArn: FunctionArn })).Policy).toBe(mended);
    expect((await server.lambda.send(get)).Policy).toBe(mended);
  });

  test.each<[string, object | string, string]>([
    ['no JSON', '{', 'The policy is not valid JSON.'],
    ['another version', policyText({ Version: '2020-01-01' }), 'Version of 2012-10-17 or 2008-10-17'],
    ['no statement', policyText({ Statement: [] }), 'at least one statement'],
    ['no effect', { Effect: 'Maybe' }, 'Effect of Allow or Deny'],
    ['no principal', { Principal: undefined }, 'Principal or NotPrincipal'],
    ['a principal that is none', { Principal: { AWS: 'ann' } }, 'Invalid principal in policy: "AWS":"ann"'],
    [
      'a principal Lambda does not know',
      { Principal: { Federated: 'x' } },
      'The provided principal was invalid.',
    ],
    [
      'an action of another service',
      { Action: ['s3:GetObject'] },
      'The action s3:GetObject is not one of Lambda.',
    ],
    ['no action', { Action: undefined }, 'either Action or NotAction'],
    ['no resource', { Resource: undefined }, 'either Resource or NotResource'],
    [
      'another resource',
      { Resource: 'arn:aws:lambda:us-east-1:000000000000:function:another' },
      'The resource arn:aws:lambda:us-east-1:000000000000:function:another does not match',
    ],
    [
      'an operator that is none',
      { Condition: { Equals: { 'aws:SourceArn': 'x' } } },
      'no condition operator',
    ],
    [
      'a key that has no effect yet',
      { Condition: { StringEquals: { 'aws:ResourceTag/team': 'x' } } },
      'the condition key aws:ResourceTag/team is not implemented by Lambent yet.',
    ],
  ])('refuses %s [invalid-document]', async (_, change, message) => {
    const refused = await refusal(put(typeof change === 'string' ? change : policy(change)));
    expect(refused).toMatchObject({ name: 'InvalidParameterValueException', status: 400, type: 'User' });
    expect(refused.message).toContain(message);
  });

  test.each([
    'my-function',
    '000000000000:function:f',
    'arn:aws:lambda:us-east-1:000000000000:function:*',
    'arn:aws:s3:::b',
  ])('refuses %s, which is no complete ARN of a function [incomplete-arn]', async (ResourceArn) => {
    const refused = await refusal(put(policy(), { ResourceArn }));
    expect(refused).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(refused.message).toContain(`Value '${ResourceArn}' at 'resourceArn' failed to satisfy constraint`);
  });

  test('checks lengths and the form of the revision [constraints]', async () => {
    const long = policy({ Sid: 'x'.repeat(20_480) });
    expect((await refusal(put(long))).message).toBe(
      `1 validation error detected: Value '${long}' at 'policy' failed to satisfy constraint: Member must have length less than or equal to 20480`,
    );
    expect(await refusal(put(policy(), { RevisionId: 'newest' }))).toMatchObject({
      name: 'ValidationException',
    });
  });

  test('gives $LATEST no policy [latest]', async () => {
    expect(await refusal(put(policy(), { ResourceArn: `${arn}:$LATEST` }))).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'We currently do not support adding policies for $LATEST.',
    });
  });

  test('says what is not there [not-found]', async () => {
    const missing = `arn:aws:lambda:us-east-1:000000000000:function:${uniqueName()}`;
    const text = policy({ Resource: '*' });
    expect(await refusal(put(text, { ResourceArn: missing }))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Function not found: ${missing}`,
      status: 404,
      type: 'User',
    });
    expect(await refusal(put(text, { ResourceArn: `${arn}:none` }))).toMatchObject({
      message: `Cannot find alias arn: ${arn}:none`,
    });
  });
});

/** A policy whose document, not its statement, is changed; for a function that need not exist. */
function policyText(document: object): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
    ...document,
  });
}

import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  type STSClient,
} from '@aws-sdk/client-sts';
import { CreateAccessKeyCommand, CreateUserCommand, type IAMClient } from '@aws-sdk/client-iam';
import { ListFunctionsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock } from '../../support/async-events.ts';
import {
  iamOf,
  type Keys,
  makeRole,
  policyText,
  settingsFor,
  stsOf,
  trustText,
} from '../../support/identities.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const ACCOUNT = '000000000000';
let server: TestServer;
let iam: IAMClient;
let sts: STSClient;

beforeAll(async () => {
  server = await startServer();
  iam = iamOf(server.endpoint);
  sts = stsOf(server.endpoint);
});

afterAll(async () => {
  iam.destroy();
  sts.destroy();
  expect(await server.stop()).toBe(0);
});

/** The keys of temporary credentials, from the answer that brought them. */
function keysOf({
  Credentials: keys,
}: {
  Credentials?:
    | {
        AccessKeyId?: string | undefined;
        SecretAccessKey?: string | undefined;
        SessionToken?: string | undefined;
      }
    | undefined;
}): Keys {
  const {
    AccessKeyId: accessKeyId = '',
    SecretAccessKey: secretAccessKey = '',
    SessionToken: sessionToken = '',
  } = keys ?? {};
  return { accessKeyId, secretAccessKey, sessionToken };
}

async function whoIs(keys: Keys) {
  const client = stsOf(server.endpoint, keys);
  const { UserId, Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
  client.destroy();
  return { UserId, Account, Arn };
}

describe('AssumeRole', () => {
  test('makes a session that is known by its token', async () => {
    const RoleArn = await makeRole(iam, 'assumed', trustText({ AWS: ACCOUNT }));
    const answer = await sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me', DurationSeconds: 900 }),
    );
    const Arn = `arn:aws:sts::${ACCOUNT}:assumed-role/assumed/me`;
    expect(answer).toMatchObject({
      Credentials: { AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/), Expiration: expect.any(Date) },
      AssumedRoleUser: { Arn, AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:me$/) },
    });
    expect(answer).not.toHaveProperty('PackedPolicySize');
    const keys = keysOf(answer);
    expect(await whoIs(keys)).toEqual({
      UserId: answer.AssumedRoleUser?.AssumedRoleId,
      Account: ACCOUNT,
      Arn,
    });
    // A token that was tampered with is nobody's, like any other unknown one.
    const { sessionToken: token = '' } = keys;
    for (const sessionToken of [`${token.slice(0, -8)}AAAAAAA=`, `${token}x`, `${token}====`, `~${token}`])
      expect(await whoIs({ ...keys, sessionToken })).toMatchObject({ Arn: `arn:aws:iam::${ACCOUNT}:root` });
  });

  test.each([
    ['a service', trustText({ Service: 'lambda.amazonaws.com' })],
    ['another account', trustText({ AWS: '111111111111' })],
    [
      'whoever knows a word',
      trustText({ AWS: ACCOUNT }, { Condition: { StringEquals: { 'sts:ExternalId': 'word' } } }),
    ],
  ])('is refused for a role that trusts %s', async (who, trust) => {
    const RoleArn = await makeRole(iam, `trusts-${who.replaceAll(' ', '-')}`, trust);
    await expect(sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${ACCOUNT}:root is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      $metadata: { httpStatusCode: 403 },
    });
    if (!who.includes('word')) return;
    const knowing = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me', ExternalId: 'word' });
    expect((await sts.send(knowing)).Credentials).toBeDefined();
  });

  test('takes tags and a source identity only where the trust policy says so', async () => {
    const strict = await makeRole(iam, 'untagged', trustText({ AWS: ACCOUNT }));
    const Tags = [{ Key: 'team', Value: 'blue' }];
    const tagged = { RoleSessionName: 'me', Tags };
    await expect(sts.send(new AssumeRoleCommand({ RoleArn: strict, ...tagged }))).rejects.toMatchObject({
      message: expect.stringContaining('sts:TagSession'),
    });
    const Action = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
    const RoleArn = await makeRole(iam, 'tagged', trustText({ AWS: ACCOUNT }, { Action }));
    expect(
      await sts.send(new AssumeRoleCommand({ RoleArn, ...tagged, SourceIdentity: 'ann' })),
    ).toMatchObject({ PackedPolicySize: 1, SourceIdentity: 'ann' });
  });

  test('keeps to the longest session of the role, and to an hour from one session to the next', async () => {
    const RoleArn = await makeRole(iam, 'lasting', trustText({ AWS: ACCOUNT }));
    const ask = (client: STSClient, DurationSeconds: number) =>
      client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me', DurationSeconds }));
    await expect(ask(sts, 3601)).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
    const chained = stsOf(server.endpoint, keysOf(await ask(sts, 3600)));
    await expect(ask(chained, 3601)).rejects.toMatchObject({
      message: expect.stringContaining('role chaining'),
    });
    chained.destroy();
  });

  test('takes session policies that mean something', async () => {
    const RoleArn = await makeRole(iam, 'narrowed', trustText({ AWS: ACCOUNT }));
    const ask = (Policy: string, arn = 'arn:aws:iam::aws:policy/ReadOnlyAccess') =>
      sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me', Policy, PolicyArns: [{ arn }] }));
    expect((await ask(policyText('s3:*'))).PackedPolicySize).toBeGreaterThan(0);
    await expect(ask('{')).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
    await expect(ask(policyText('s3:*'), 'arn:aws:iam::aws:policy/NoSuch')).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
  });

  test('refuses what is not built by its name', async () => {
    const RoleArn = await makeRole(iam, 'mfa', trustText({ AWS: ACCOUNT }));
    const mfa = { SerialNumber: 'arn:aws:iam::000000000000:mfa/me', TokenCode: '123456' };
    await expect(
      sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me', ...mfa })),
    ).rejects.toMatchObject({ message: 'Lambent does not implement MFA devices yet.' });
    const answer = await fetch(server.endpoint, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15' }),
    });
    expect([answer.status, await answer.text()]).toEqual([
      501,
      expect.stringContaining('Lambent does not implement sts:AssumeRoleWithWebIdentity yet.'),
    ]);
  });
});

test('GetSessionToken makes a session of a user, and none of a session', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'tokened' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'tokened' }));
  const own = stsOf(server.endpoint, {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  });
  const keys = keysOf(await own.send(new GetSessionTokenCommand({})));
  expect(await whoIs(keys)).toMatchObject({ Arn: `arn:aws:iam::${ACCOUNT}:user/tokened` });
  const session = stsOf(server.endpoint, keys);
  await expect(session.send(new GetSessionTokenCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
  own.destroy();
  session.destroy();
});

test('temporary credentials end on the platform clock', async () => {
  const RoleArn = await makeRole(iam, 'ending', trustText({ AWS: ACCOUNT }));
  const ask = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me', DurationSeconds: 900 });
  const keys = keysOf(await sts.send(ask));
  const lambda = new LambdaClient(settingsFor(server.endpoint, keys));
  await lambda.send(new ListFunctionsCommand({}));
  await advanceClock(server, 901_000);
  await expect(lambda.send(new ListFunctionsCommand({}))).rejects.toMatchObject({
    name: 'ExpiredTokenException',
    message: 'The security token included in the request is expired',
    $metadata: { httpStatusCode: 403 },
  });
  await expect(whoIs(keys)).rejects.toMatchObject({ name: 'ExpiredToken' });
  lambda.destroy();
});

import {
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DetachUserPolicyCommand,
  GetRoleCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/functions.ts';
import { iamOf, type Keys, policyText, settingsFor, stsOf, trustText } from '../support/identities.ts';
import { PATIENT, type Platforms, sharedPostgres, startPlatforms } from '../support/platforms.ts';

const shared = sharedPostgres();
const ACCOUNT = '123456789012';
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };
const ROUNDS = 5;

describe.skipIf(shared === undefined)('two strict platforms on one PostgreSQL', PATIENT, () => {
  let platforms: Platforms;
  let iams: { readonly one: IAMClient; readonly two: IAMClient };

  beforeAll(async () => {
    platforms = await startPlatforms(shared ?? '', {
      flags: ['--auth', 'strict'],
      env: { LAMBENT_ACCESS_KEYS: `${ROOT.accessKeyId}:${ROOT.secretAccessKey}:${ACCOUNT}` },
    });
    iams = { one: iamOf(platforms.one.endpoint, ROOT), two: iamOf(platforms.two.endpoint, ROOT) };
  });

  afterAll(async () => {
    iams.one.destroy();
    iams.two.destroy();
    await platforms.remove();
  });

  /** The name of the error that listing functions on the other platform ends with, until it is the one. */
  async function untilListing(keys: Keys, expected: string): Promise<void> {
    const client = new LambdaClient(settingsFor(platforms.two.endpoint, keys));
    await eventually(
      async () =>
        await client.send(new ListFunctionsCommand({})).then(
          () => 'none',
          (error: Error) => error.name,
        ),
      (name) => name === expected,
    );
    client.destroy();
  }

  test('a user, a key and a policy that are made and taken away on one count on the other', async () => {
    const UserName = 'traveller';
    await iams.one.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iams.one.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
    const keys = { accessKeyId, secretAccessKey };
    await untilListing(keys, 'AccessDeniedException');
    const PolicyDocument = policyText('lambda:ListFunctions');
    const { Policy } = await iams.one.send(new CreatePolicyCommand({ PolicyName: 'list', PolicyDocument }));
    const attached = { UserName, PolicyArn: Policy?.Arn };
    await iams.one.send(new AttachUserPolicyCommand(attached));
    await untilListing(keys, 'none');
    await iams.one.send(new DetachUserPolicyCommand(attached));
    await untilListing(keys, 'AccessDeniedException');
    await iams.one.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: accessKeyId }));
    await untilListing(keys, 'UnrecognizedClientException');
  });

  test("a session of one platform is a session of the other, and a role's policies count there", async () => {
    const RoleName = 'assumed';
    const AssumeRolePolicyDocument = trustText({ AWS: `arn:aws:iam::${ACCOUNT}:user/deputy` });
    const { Role } = await iams.one.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    await iams.one.send(new CreateUserCommand({ UserName: 'deputy' }));
    const { AccessKey } = await iams.one.send(new CreateAccessKeyCommand({ UserName: 'deputy' }));
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
    const sts = stsOf(platforms.one.endpoint, { accessKeyId, secretAccessKey });
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'here' }),
    );
    sts.destroy();
    const keys = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    await untilListing(keys, 'AccessDeniedException');
    const PolicyDocument = policyText('lambda:ListFunctions');
    await iams.one.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));
    await untilListing(keys, 'none');
  });

  test('a role is made once, and loses none of what both attach to it', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const RoleName = `contested-${round}`;
      const command = { RoleName, AssumeRolePolicyDocument: trustText({ Service: 'lambda.amazonaws.com' }) };
      const made = await Promise.allSettled([
        iams.one.send(new CreateRoleCommand(command)),
        iams.two.send(new CreateRoleCommand(command)),
      ]);
      const errors = made.flatMap((end) => (end.status === 'rejected' ? [(end.reason as Error).name] : []));
      expect(errors).toEqual(['EntityAlreadyExistsException']);
      const names = ['AWSLambda_FullAccess', 'AmazonS3ReadOnlyAccess'];
      const [first, second] = names.map((name) => `arn:aws:iam::aws:policy/${name}`);
      await Promise.all([
        iams.one.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: first })),
        iams.two.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: second })),
      ]);
      for (const iam of [iams.one, iams.two]) {
        const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
        const found = new Set(AttachedPolicies.map(({ PolicyName }) => PolicyName));
        expect(found).toEqual(new Set(names));
        expect((await iam.send(new GetRoleCommand({ RoleName }))).Role?.RoleName).toBe(RoleName);
      }
    }
  });
});

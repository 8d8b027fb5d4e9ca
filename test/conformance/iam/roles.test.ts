import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { iamOf, makeRole, policyText, TRUSTS_LAMBDA, trustText } from '../../support/identities.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const BASIC = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
let server: TestServer;
let iam: IAMClient;

beforeAll(async () => {
  server = await startServer();
  iam = iamOf(server.endpoint);
});

afterAll(async () => {
  iam.destroy();
  expect(await server.stop()).toBe(0);
});

const get = async (RoleName: string) => (await iam.send(new GetRoleCommand({ RoleName }))).Role;

describe('a role', () => {
  test('comes back as it was made, with its trust policy percent-encoded', async () => {
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: 'worker',
        Path: '/service/',
        AssumeRolePolicyDocument: TRUSTS_LAMBDA,
        Description: 'Works (hard)',
        MaxSessionDuration: 7200,
        Tags: [{ Key: 'team', Value: 'blue' }],
      }),
    );
    const made = {
      Path: '/service/',
      RoleName: 'worker',
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      Arn: 'arn:aws:iam::000000000000:role/service/worker',
      CreateDate: expect.any(Date),
      AssumeRolePolicyDocument: encodeURIComponent(TRUSTS_LAMBDA),
      Description: 'Works (hard)',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'team', Value: 'blue' }],
    };
    expect(Role).toEqual(made);
    expect(await get('worker')).toEqual({ ...Role, RoleLastUsed: {} });
    // Names that differ in case only are the same.
    expect((await get('WORKER'))?.RoleName).toBe('worker');
  });

  test('is refused under a name that is taken, and is not found when it is not there', async () => {
    await makeRole(iam, 'taken');
    await expect(makeRole(iam, 'TAKEN')).rejects.toMatchObject({
      name: 'EntityAlreadyExistsException',
      message: 'Role with name TAKEN already exists.',
      $metadata: { httpStatusCode: 409 },
    });
    await expect(get('nobody')).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: 'The role with name nobody cannot be found.',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test.each([
    ['{', 'The policy is not valid JSON.'],
    [trustText({ Service: 'lambda.amazonaws.com' }, { Resource: '*' }), 'Has prohibited field Resource'],
    [
      trustText({ Service: 'lambda.amazonaws.com' }, { Action: 's3:GetObject' }),
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      trustText(
        { AWS: '111111111111' },
        { Effect: 'Deny', Condition: { StringEquals: { 'aws:RequestTag/a': 'b' } } },
      ),
      'Lambent does not implement the condition key aws:RequestTag/a yet: a Deny that names it would not deny.',
    ],
    [trustText({ AWS: 'nobody' }), 'Invalid principal in policy: "AWS":"nobody"'],
    [trustText({ Service: 'nobody' }), 'Invalid principal in policy: "SERVICE":"nobody"'],
  ])('is refused with the trust policy %s', async (text, message) => {
    await expect(makeRole(iam, 'untrusted', text)).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
      message,
    });
    await expect(get('untrusted')).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  test('changes its description, its session length and whom it trusts', async () => {
    await makeRole(iam, 'changing');
    await iam.send(
      new UpdateRoleCommand({ RoleName: 'changing', Description: 'New', MaxSessionDuration: 3601 }),
    );
    expect(await get('changing')).toMatchObject({ Description: 'New', MaxSessionDuration: 3601 });
    const { Role } = await iam.send(
      new UpdateRoleDescriptionCommand({ RoleName: 'changing', Description: 'Newer' }),
    );
    expect(Role?.Description).toBe('Newer');
    const PolicyDocument = trustText({ AWS: '111111111111' });
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'changing', PolicyDocument }));
    expect((await get('changing'))?.AssumeRolePolicyDocument).toBe(encodeURIComponent(PolicyDocument));
  });

  test('has policies of its own', async () => {
    const RoleName = 'inline';
    await makeRole(iam, RoleName);
    const PolicyDocument = policyText('s3:GetObject', 'arn:aws:s3:::b/*');
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'read', PolicyDocument }));
    expect(await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'read' }))).toMatchObject({
      RoleName,
      PolicyName: 'read',
      PolicyDocument: encodeURIComponent(PolicyDocument).replaceAll('*', '%2A'),
    });
    expect((await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames).toEqual(['read']);
    await expect(iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
      message: 'Cannot delete entity, must delete policies first.',
    });
    await expect(
      iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'big', PolicyDocument: bigPolicy(10_300) })),
    ).rejects.toMatchObject({ name: 'LimitExceededException' });
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'read' }));
    await expect(iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'read' }))).rejects.toMatchObject({
      message: 'The role policy with name read cannot be found.',
    });
    await iam.send(new DeleteRoleCommand({ RoleName }));
  });

  test('has managed policies attached', async () => {
    const RoleName = 'attached';
    await makeRole(iam, RoleName);
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: BASIC }));
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: BASIC }));
    const list = () => iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    expect((await list()).AttachedPolicies).toEqual([
      { PolicyName: 'AWSLambdaBasicExecutionRole', PolicyArn: BASIC },
    ]);
    const unknown = 'arn:aws:iam::aws:policy/NoSuchPolicy';
    await expect(
      iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: unknown })),
    ).rejects.toMatchObject({ message: `Policy ${unknown} does not exist or is not attachable.` });
    await expect(iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject({
      message: 'Cannot delete entity, must detach all policies first.',
    });
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: BASIC }));
    await expect(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: BASIC }))).rejects.toMatchObject(
      { name: 'NoSuchEntityException', message: `Policy ${BASIC} was not found.` },
    );
    await iam.send(new DeleteRoleCommand({ RoleName }));
  });

  test('has a permissions boundary and tags', async () => {
    const RoleName = 'bounded';
    await makeRole(iam, RoleName);
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: BASIC }));
    await iam.send(
      new TagRoleCommand({
        RoleName,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'A', Value: '3' }] }));
    expect(await get(RoleName)).toMatchObject({
      PermissionsBoundary: { PermissionsBoundaryArn: BASIC },
      Tags: [
        { Key: 'b', Value: '2' },
        { Key: 'A', Value: '3' },
      ],
    });
    await iam.send(new UntagRoleCommand({ RoleName, TagKeys: ['B', 'unknown'] }));
    expect((await iam.send(new ListRoleTagsCommand({ RoleName }))).Tags).toEqual([{ Key: 'A', Value: '3' }]);
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
    expect(await get(RoleName)).not.toHaveProperty('PermissionsBoundary');
    await expect(
      iam.send(
        new TagRoleCommand({
          RoleName,
          Tags: [
            { Key: 'x', Value: '' },
            { Key: 'X', Value: '' },
          ],
        }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidInputException' });
  });
});

test('roles are listed in pages, below a path, without what only GetRole shows', async () => {
  for (const RoleName of ['page-c', 'page-a', 'page-b'])
    await iam.send(
      new CreateRoleCommand({
        RoleName,
        Path: '/pages/',
        AssumeRolePolicyDocument: TRUSTS_LAMBDA,
        Tags: [{ Key: 'k', Value: 'v' }],
      }),
    );
  const first = await iam.send(new ListRolesCommand({ PathPrefix: '/pages/', MaxItems: 2 }));
  expect(first.Roles?.map(({ RoleName }) => RoleName)).toEqual(['page-a', 'page-b']);
  expect(first.IsTruncated).toBe(true);
  expect(first.Roles?.[0]).not.toHaveProperty('Tags');
  const second = await iam.send(new ListRolesCommand({ PathPrefix: '/pages/', Marker: first.Marker }));
  expect(second.Roles?.map(({ RoleName }) => RoleName)).toEqual(['page-c']);
  expect(second.IsTruncated).toBe(false);
  await expect(iam.send(new ListRolesCommand({ Marker: 'wrong' }))).rejects.toMatchObject({
    name: 'ValidationError',
  });
});

function bigPolicy(length: number): string {
  return policyText('s3:GetObject', `arn:aws:s3:::${'b'.repeat(length)}`);
}

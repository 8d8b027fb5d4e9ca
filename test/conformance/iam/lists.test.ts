import * as commands from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { iamOf, policyText, trustText } from '../../support/identities.ts';
import { startServer, type TestServer } from '../../support/server.ts';

/** Lists of IAM: page by page, and only what lies below a path or is used in a way. */

let server: TestServer;
let iam: commands.IAMClient;

const ACCOUNT = '000000000000';
const arnOf = (name: string): string => `arn:aws:iam::${ACCOUNT}:policy${name}`;
const NAMES = ['a', 'b', 'c'];

beforeAll(async () => {
  server = await startServer();
  iam = iamOf(server.endpoint);
  const trust = trustText({ Service: 'lambda.amazonaws.com' });
  const PolicyDocument = policyText('s3:GetObject');
  for (const name of NAMES) {
    const Path = name === 'c' ? '/far/' : '/near/';
    await iam.send(new commands.CreatePolicyCommand({ PolicyName: name, Path, PolicyDocument }));
    await iam.send(new commands.CreateGroupCommand({ GroupName: name, Path }));
    await iam.send(new commands.CreateUserCommand({ UserName: name, Path }));
    await iam.send(new commands.CreateRoleCommand({ RoleName: name, Path, AssumeRolePolicyDocument: trust }));
    await iam.send(new commands.CreateInstanceProfileCommand({ InstanceProfileName: name, Path }));
    const add = { InstanceProfileName: name, RoleName: 'a' };
    if (name === 'a') await iam.send(new commands.AddRoleToInstanceProfileCommand(add));
  }
  await fillOne();
});
afterAll(async () => {
  iam.destroy();
  expect(await server.stop()).toBe(0);
});

/** Of what the first user, role, group and policy hold: as many as there are names. */
async function fillOne(): Promise<void> {
  const [UserName, RoleName, GroupName, PolicyDocument] = ['a', 'a', 'a', policyText('s3:PutObject')];
  for (const name of NAMES) {
    const PolicyArn = arnOf(`/${name === 'c' ? 'far' : 'near'}/${name}`);
    await iam.send(new commands.AttachUserPolicyCommand({ UserName, PolicyArn }));
    await iam.send(new commands.AttachRolePolicyCommand({ RoleName, PolicyArn }));
    await iam.send(new commands.AttachGroupPolicyCommand({ GroupName, PolicyArn }));
    const inline = { PolicyName: name, PolicyDocument };
    await iam.send(new commands.PutUserPolicyCommand({ UserName, ...inline }));
    await iam.send(new commands.PutRolePolicyCommand({ RoleName, ...inline }));
    await iam.send(new commands.PutGroupPolicyCommand({ GroupName, ...inline }));
    const Tags = [{ Key: name, Value: name }];
    await iam.send(new commands.TagUserCommand({ UserName, Tags }));
    await iam.send(new commands.TagRoleCommand({ RoleName, Tags }));
    await iam.send(new commands.AddUserToGroupCommand({ GroupName: name, UserName }));
    await iam.send(new commands.AddUserToGroupCommand({ GroupName, UserName: name }));
  }
  for (const _ of ['second', 'third'])
    await iam.send(new commands.CreatePolicyVersionCommand({ PolicyArn: arnOf('/near/a'), PolicyDocument }));
  for (const _ of ['first', 'second']) await iam.send(new commands.CreateAccessKeyCommand({ UserName }));
}

type Command = Parameters<commands.IAMClient['send']>[0];
type Answer = Readonly<Record<string, unknown>>;

async function send(operation: string, input: object): Promise<Answer> {
  const classes = commands as unknown as Readonly<Record<string, new (given: object) => Command>>;
  const OperationCommand = classes[`${operation}Command`];
  if (OperationCommand === undefined) throw new Error(`The SDK has no ${operation}Command.`);
  return { ...(await iam.send(new OperationCommand(input))) };
}

/** All the lists of an answer in one. */
const itemsOf = (answer: Answer): unknown[] => Object.values(answer).filter(Array.isArray).flat();

describe('page by page', () => {
  test.each<[string, object]>([
    ['ListUsers', {}],
    ['ListGroups', {}],
    ['ListRoles', {}],
    ['ListInstanceProfiles', {}],
    ['ListPolicies', { Scope: 'Local' }],
    ['GetGroup', { GroupName: 'a' }],
    ['ListAccessKeys', { UserName: 'a' }],
    ['ListGroupsForUser', { UserName: 'a' }],
    ['ListAttachedUserPolicies', { UserName: 'a' }],
    ['ListAttachedRolePolicies', { RoleName: 'a' }],
    ['ListAttachedGroupPolicies', { GroupName: 'a' }],
    ['ListUserPolicies', { UserName: 'a' }],
    ['ListRolePolicies', { RoleName: 'a' }],
    ['ListGroupPolicies', { GroupName: 'a' }],
    ['ListUserTags', { UserName: 'a' }],
    ['ListRoleTags', { RoleName: 'a' }],
    ['ListPolicyVersions', { PolicyArn: arnOf('/near/a') }],
    ['ListEntitiesForPolicy', { PolicyArn: arnOf('/near/a') }],
  ])('%s', async (operation, input) => {
    const whole = itemsOf(await send(operation, input));
    expect(whole.length).toBeGreaterThan(1);
    const paged: unknown[] = [];
    let Marker: unknown;
    do {
      const answer = await send(operation, { ...input, MaxItems: 1, Marker });
      const items = itemsOf(answer);
      expect(items).toHaveLength(1);
      paged.push(...items);
      Marker = answer['Marker'];
      expect(answer['IsTruncated']).toBe(Marker !== undefined);
    } while (Marker !== undefined);
    expect(paged).toHaveLength(whole.length);
    expect(paged).toEqual(expect.arrayContaining(whole));
  });
});

describe('below a path', () => {
  test.each<[string, object, number]>([
    ['ListUsers', {}, 2],
    ['ListGroups', {}, 2],
    ['ListRoles', {}, 2],
    ['ListInstanceProfiles', {}, 2],
    ['ListPolicies', { Scope: 'Local' }, 2],
    ['ListAttachedUserPolicies', { UserName: 'a' }, 2],
    ['ListAttachedRolePolicies', { RoleName: 'a' }, 2],
    ['ListAttachedGroupPolicies', { GroupName: 'a' }, 2],
    // A user, a role and a group, all of them near.
    ['ListEntitiesForPolicy', { PolicyArn: arnOf('/far/c') }, 3],
  ])('%s', async (operation, input, near) => {
    expect(itemsOf(await send(operation, { ...input, PathPrefix: '/near/' }))).toHaveLength(near);
    expect(itemsOf(await send(operation, { ...input, PathPrefix: '/nowhere/' }))).toEqual([]);
  });
});

test('policies by how they are used', async () => {
  const PermissionsBoundary = arnOf('/near/b');
  await iam.send(new commands.CreateUserCommand({ UserName: 'bounded', PermissionsBoundary }));
  const names = async (more: object): Promise<unknown[]> =>
    ((await send('ListPolicies', { Scope: 'Local', ...more }))['Policies'] as { PolicyName: string }[])
      .map(({ PolicyName }) => PolicyName)
      .toSorted();
  const PolicyDocument = policyText('s3:GetObject');
  await iam.send(new commands.CreatePolicyCommand({ PolicyName: 'unused', PolicyDocument }));
  expect(await names({})).toEqual([...NAMES, 'unused']);
  expect(await names({ OnlyAttached: true })).toEqual(NAMES);
  expect(await names({ PolicyUsageFilter: 'PermissionsBoundary' })).toEqual(['b']);
  expect(await names({ PolicyUsageFilter: 'PermissionsPolicy' })).toEqual(NAMES);
  const entities = async (more: object) =>
    itemsOf(await send('ListEntitiesForPolicy', { PolicyArn: PermissionsBoundary, ...more }));
  expect(await entities({ EntityFilter: 'Role' })).toMatchObject([{ RoleName: 'a' }]);
  expect(await entities({ PolicyUsageFilter: 'PermissionsBoundary' })).toMatchObject([
    { UserName: 'bounded' },
  ]);
});

test('a group moves to another path with its name', async () => {
  await iam.send(new commands.CreateGroupCommand({ GroupName: 'moving' }));
  await iam.send(new commands.UpdateGroupCommand({ GroupName: 'moving', NewPath: '/moved/' }));
  const { Group } = await iam.send(new commands.GetGroupCommand({ GroupName: 'moving' }));
  expect(Group).toMatchObject({ Path: '/moved/', Arn: `arn:aws:iam::${ACCOUNT}:group/moved/moving` });
});

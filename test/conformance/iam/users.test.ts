import {
  AddUserToGroupCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteGroupCommand,
  DeleteLoginProfileCommand,
  DeleteUserCommand,
  GetGroupCommand,
  GetUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListGroupsCommand,
  ListGroupsForUserCommand,
  ListMFADevicesCommand,
  ListSSHPublicKeysCommand,
  ListUsersCommand,
  RemoveUserFromGroupCommand,
  UpdateAccessKeyCommand,
  UpdateGroupCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { iamOf } from '../../support/identities.ts';
import { startServer, type TestServer } from '../../support/server.ts';

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

const getUser = async (UserName?: string) => (await iam.send(new GetUserCommand({ UserName }))).User;

test('a user comes back as it was made, moves, and goes', async () => {
  const { User } = await iam.send(new CreateUserCommand({ UserName: 'ann', Path: '/staff/' }));
  expect(User).toEqual({
    Path: '/staff/',
    UserName: 'ann',
    UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
    Arn: 'arn:aws:iam::000000000000:user/staff/ann',
    CreateDate: expect.any(Date),
  });
  expect(await getUser('ann')).toEqual(User);
  await iam.send(new UpdateUserCommand({ UserName: 'ann', NewUserName: 'anna', NewPath: '/' }));
  expect(await getUser('anna')).toMatchObject({
    UserId: User?.UserId,
    Arn: 'arn:aws:iam::000000000000:user/anna',
  });
  await expect(getUser('ann')).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: 'The user with name ann cannot be found.',
  });
  expect((await iam.send(new ListUsersCommand({}))).Users?.map(({ UserName }) => UserName)).toEqual(['anna']);
  await iam.send(new DeleteUserCommand({ UserName: 'anna' }));
  expect((await iam.send(new ListUsersCommand({}))).Users).toEqual([]);
});

test('without a name, GetUser shows who asks', async () => {
  expect(await getUser()).toMatchObject({
    UserId: '000000000000',
    Arn: 'arn:aws:iam::000000000000:root',
  });
  await iam.send(new CreateUserCommand({ UserName: 'asker' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'asker' }));
  const own = iamOf(server.endpoint, {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  });
  expect((await own.send(new GetUserCommand({}))).User?.UserName).toBe('asker');
  own.destroy();
});

test('a user has two access keys at most; they are switched off and deleted', async () => {
  const UserName = 'keyholder';
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  expect(AccessKey).toMatchObject({
    UserName,
    AccessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
    SecretAccessKey: expect.stringMatching(/^.{40}$/),
    Status: 'Active',
  });
  await iam.send(new CreateAccessKeyCommand({ UserName }));
  await expect(iam.send(new CreateAccessKeyCommand({ UserName }))).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for AccessKeysPerUser: 2',
  });
  const AccessKeyId = AccessKey?.AccessKeyId ?? '';
  await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' }));
  const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
  expect(AccessKeyMetadata.find((key) => key.AccessKeyId === AccessKeyId)?.Status).toBe('Inactive');
  expect(AccessKeyMetadata[0]).not.toHaveProperty('SecretAccessKey');
  await expect(iam.send(new DeleteUserCommand({ UserName }))).rejects.toMatchObject({
    name: 'DeleteConflictException',
    message: 'Cannot delete entity, must delete access keys first.',
  });
  for (const key of AccessKeyMetadata)
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: key.AccessKeyId }));
  await expect(iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }))).rejects.toMatchObject({
    message: `The Access Key with id ${AccessKeyId} cannot be found.`,
  });
  await iam.send(new DeleteUserCommand({ UserName }));
});

test('groups have members, whom a new name keeps', async () => {
  for (const UserName of ['bob', 'cy']) await iam.send(new CreateUserCommand({ UserName }));
  const { Group } = await iam.send(new CreateGroupCommand({ GroupName: 'devs' }));
  expect(Group).toMatchObject({
    GroupId: expect.stringMatching(/^AGPA[A-Z2-7]{17}$/),
    Arn: 'arn:aws:iam::000000000000:group/devs',
  });
  for (const UserName of ['bob', 'cy', 'bob'])
    await iam.send(new AddUserToGroupCommand({ GroupName: 'devs', UserName }));
  await iam.send(new UpdateGroupCommand({ GroupName: 'devs', NewGroupName: 'makers' }));
  const members = async () =>
    (await iam.send(new GetGroupCommand({ GroupName: 'makers' }))).Users?.map(({ UserName }) => UserName);
  expect(await members()).toEqual(['bob', 'cy']);
  const { Groups } = await iam.send(new ListGroupsForUserCommand({ UserName: 'bob' }));
  expect(Groups?.map(({ GroupName }) => GroupName)).toEqual(['makers']);
  await expect(iam.send(new DeleteGroupCommand({ GroupName: 'makers' }))).rejects.toMatchObject({
    name: 'DeleteConflictException',
  });
  await expect(iam.send(new DeleteUserCommand({ UserName: 'bob' }))).rejects.toMatchObject({
    message: 'Cannot delete entity, must remove users from group first.',
  });
  for (const UserName of ['bob', 'cy'])
    await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'makers', UserName }));
  expect(await members()).toEqual([]);
  await iam.send(new DeleteGroupCommand({ GroupName: 'makers' }));
  expect((await iam.send(new ListGroupsCommand({}))).Groups).toEqual([]);
});

test('a user has no credentials of the kinds that are not built', async () => {
  const UserName = 'bare';
  await iam.send(new CreateUserCommand({ UserName }));
  expect((await iam.send(new ListMFADevicesCommand({ UserName }))).MFADevices).toEqual([]);
  expect((await iam.send(new ListSSHPublicKeysCommand({ UserName }))).SSHPublicKeys).toEqual([]);
  await expect(iam.send(new DeleteLoginProfileCommand({ UserName }))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: 'Login Profile for User bare cannot be found.',
  });
});

test('accounts are kept apart', async () => {
  const other = iamOf(server.endpoint, { accessKeyId: '111111111111', secretAccessKey: 'x' });
  await other.send(new CreateUserCommand({ UserName: 'apart' }));
  await expect(getUser('apart')).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  expect((await other.send(new GetUserCommand({ UserName: 'apart' }))).User?.Arn).toBe(
    'arn:aws:iam::111111111111:user/apart',
  );
  other.destroy();
});

import {
  AddRoleToInstanceProfileCommand,
  AddUserToGroupCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRole, policyText, TRUSTS_LAMBDA, userWith } from '../support/identities.ts';
import { ACCOUNT, ROOT, StrictServer } from '../support/strict-server.ts';

/** `--auth strict`: a policy holds for what a request is about, whatever else it names. */
const arnOf = (rest: string): string => `arn:aws:iam::${ACCOUNT}:${rest}`;

let strict: StrictServer;

beforeAll(async () => {
  strict = await StrictServer.start();
});

afterAll(async () => {
  expect(await strict.stop()).toBe(0);
});

/** IAM for a new user who may do everything but this. */
async function iamWithout(...denied: readonly object[]): Promise<IAMClient> {
  return await strict.without(IAMClient, ...denied);
}

const denied = (action: string, resource: string) => ({
  name: 'AccessDenied',
  message: expect.stringContaining(`${action} on resource: ${resource} with an explicit deny`),
});

test('who may not fill a group puts nobody into it, and who may fill one needs nothing of its users', async () => {
  await strict.iam.send(new CreateGroupCommand({ GroupName: 'admins' }));
  const { name: UserName } = await userWith(strict.iam, undefined);
  const add = new AddUserToGroupCommand({ GroupName: 'admins', UserName });
  const bounded = await iamWithout({ Resource: arnOf('group/admins') });
  await expect(bounded.send(add)).rejects.toMatchObject(denied('iam:AddUserToGroup', arnOf('group/admins')));
  const filler = await userWith(strict.iam, policyText('iam:AddUserToGroup', arnOf('group/admins')));
  await strict.as(IAMClient, filler.keys).send(add);
  const remove = new RemoveUserFromGroupCommand({ GroupName: 'admins', UserName });
  await expect(bounded.send(remove)).rejects.toMatchObject(
    denied('iam:RemoveUserFromGroup', arnOf('group/admins')),
  );
});

test('a role comes into an instance profile by who may change the profile and pass the role', async () => {
  await strict.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'machines' }));
  const role = await makeRole(strict.iam, 'machine');
  const add = new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'machines', RoleName: 'machine' });
  const ofProfile = await iamWithout({ Resource: arnOf('instance-profile/machines') });
  await expect(ofProfile.send(add)).rejects.toMatchObject(
    denied('iam:AddRoleToInstanceProfile', arnOf('instance-profile/machines')),
  );
  const passes = await iamWithout({
    Action: 'iam:PassRole',
    Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
  });
  await expect(passes.send(add)).rejects.toMatchObject(denied('iam:PassRole', role));
});

test('whoever may not tag makes nothing with tags', async () => {
  const tagless = await iamWithout({ Action: 'iam:Tag*' });
  const Tags = [{ Key: 'team', Value: 'admins' }];
  const role = { RoleName: 'tagged', AssumeRolePolicyDocument: TRUSTS_LAMBDA };
  const policy = { PolicyName: 'tagged', PolicyDocument: policyText('s3:*') };
  const refused = (action: string, kind: string) => denied(`iam:${action}`, arnOf(`${kind}/tagged`));
  await expect(tagless.send(new CreateUserCommand({ UserName: 'tagged', Tags }))).rejects.toMatchObject(
    refused('TagUser', 'user'),
  );
  await expect(tagless.send(new CreateRoleCommand({ ...role, Tags }))).rejects.toMatchObject(
    refused('TagRole', 'role'),
  );
  await expect(tagless.send(new CreatePolicyCommand({ ...policy, Tags }))).rejects.toMatchObject(
    refused('TagPolicy', 'policy'),
  );
  await tagless.send(new CreateRoleCommand(role));
});

test('a user is moved by who may change it there as well', async () => {
  const bounded = await iamWithout({ Resource: arnOf('user/admins/*') });
  const { name: UserName } = await userWith(strict.iam, undefined);
  await expect(bounded.send(new UpdateUserCommand({ UserName, NewPath: '/admins/' }))).rejects.toMatchObject(
    denied('iam:UpdateUser', arnOf(`user/admins/${UserName}`)),
  );
  await bounded.send(new UpdateUserCommand({ UserName, NewPath: '/others/' }));
});

test('the boundary somebody has counts where its policies and the boundary itself are changed', async () => {
  const { Policy } = await strict.iam.send(
    new CreatePolicyCommand({ PolicyName: 'bound', PolicyDocument: policyText('*') }),
  );
  const PermissionsBoundary = Policy?.Arn ?? '';
  const { name: UserName } = await userWith(strict.iam, undefined);
  const bound = { StringEquals: { 'iam:PermissionsBoundary': PermissionsBoundary } };
  const delegate = await userWith(
    strict.iam,
    policyText(['iam:PutUserPolicy', 'iam:DeleteUserPolicy'], '*', { Condition: bound }),
  );
  const delegated = strict.as(IAMClient, delegate.keys);
  const put = new PutUserPolicyCommand({ UserName, PolicyName: 'any', PolicyDocument: policyText('*') });
  await expect(delegated.send(put)).rejects.toMatchObject({ name: 'AccessDenied' });
  await strict.iam.send(new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary }));
  await delegated.send(put);
  await delegated.send(new DeleteUserPolicyCommand({ UserName, PolicyName: 'any' }));
  const keeps = await iamWithout({ Action: 'iam:DeleteUserPermissionsBoundary', Condition: bound });
  await expect(keeps.send(new DeleteUserPermissionsBoundaryCommand({ UserName }))).rejects.toMatchObject(
    denied('iam:DeleteUserPermissionsBoundary', arnOf(`user/${UserName}`)),
  );
});

test("what a resource's policy denies a user holds for the policy itself, and not for the account's root user", async () => {
  const { name, keys } = await userWith(strict.iam, policyText('*'));
  const Principal = { AWS: arnOf(`user/${name}`) };
  const denial = (Action: string, Resource: string) =>
    policyText(Action, Resource, { Effect: 'Deny', Principal });
  const Bucket = 'kept';
  const s3 = strict.as(S3Client, ROOT);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const put = new PutBucketPolicyCommand({ Bucket, Policy: denial('s3:*', `arn:aws:s3:::${Bucket}`) });
  await s3.send(put);
  const users = strict.as(S3Client, keys);
  await expect(users.send(put)).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('explicit deny in a resource-based policy'),
  });
  await s3.send(put);

  const sqs = strict.as(SQSClient, ROOT);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'kept' }));
  const Policy = denial('sqs:SetQueueAttributes', `arn:aws:sqs:us-east-1:${ACCOUNT}:kept`);
  const set = new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } });
  await sqs.send(set);
  await expect(strict.as(SQSClient, keys).send(set)).rejects.toMatchObject({
    message: expect.stringContaining('explicit deny in a resource-based policy'),
  });
  await sqs.send(set);
});

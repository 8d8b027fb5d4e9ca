import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeleteInstanceProfileCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  type IAMClient,
  ListEntitiesForPolicyCommand,
  ListInstanceProfilesForRoleCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  SetDefaultPolicyVersionCommand,
  SimulateCustomPolicyCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compilePolicy } from '../../../src/model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../src/model/policy/parse-policy.ts';
import { iamOf, makeRole, policyText } from '../../support/identities.ts';
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

async function makePolicy(PolicyName: string, PolicyDocument = policyText('s3:GetObject')): Promise<string> {
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
  return Policy?.Arn ?? '';
}

test('a policy has up to five versions, one of which counts', async () => {
  const PolicyArn = await makePolicy('versioned');
  expect(PolicyArn).toBe('arn:aws:iam::000000000000:policy/versioned');
  const add = async (SetAsDefault: boolean) =>
    (
      await iam.send(
        new CreatePolicyVersionCommand({
          PolicyArn,
          SetAsDefault,
          PolicyDocument: policyText('s3:PutObject'),
        }),
      )
    ).PolicyVersion;
  expect(await add(false)).toMatchObject({ VersionId: 'v2', IsDefaultVersion: false });
  expect(await add(true)).toMatchObject({ VersionId: 'v3', IsDefaultVersion: true });
  await add(false);
  await add(false);
  await expect(add(false)).rejects.toMatchObject({ name: 'LimitExceededException' });
  await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
  expect((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy).toMatchObject({
    DefaultVersionId: 'v2',
    AttachmentCount: 0,
    IsAttachable: true,
  });
  await expect(
    iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' })),
  ).rejects.toMatchObject({ message: 'Cannot delete the default version of a policy.' });
  await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v5' }));
  expect((await add(false))?.VersionId).toBe('v6');
  const { Versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
  expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['v6', 'v4', 'v3', 'v2', 'v1']);
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
  expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(policyText('s3:PutObject'));
  await expect(iam.send(new DeletePolicyCommand({ PolicyArn }))).rejects.toMatchObject({
    name: 'DeleteConflictException',
  });
});

test('an attached policy stays, and says who has it', async () => {
  const PolicyArn = await makePolicy('held');
  const RoleName = 'holder';
  await makeRole(iam, RoleName);
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  expect((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.AttachmentCount).toBe(1);
  const found = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
  expect(found.PolicyRoles?.map((role) => role.RoleName)).toEqual([RoleName]);
  expect([found.PolicyUsers, found.PolicyGroups]).toEqual([[], []]);
  await expect(iam.send(new DeletePolicyCommand({ PolicyArn }))).rejects.toMatchObject({
    message: 'Cannot delete a policy attached to entities.',
  });
  await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  await iam.send(new DeletePolicyCommand({ PolicyArn }));
  await expect(iam.send(new GetPolicyCommand({ PolicyArn }))).rejects.toMatchObject({
    message: `Policy ${PolicyArn} was not found.`,
  });
});

test('where nobody is held to policies, they may name any condition key', async () => {
  const PolicyDocument = policyText('sqs:*', '*', {
    Effect: 'Deny',
    Condition: { StringEquals: { 'aws:ResourceTag/secret': 'yes' } },
  });
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'any-key', PolicyDocument }));
  expect(Policy?.PolicyName).toBe('any-key');
});

test('a policy that means nothing is refused', async () => {
  await expect(makePolicy('odd', policyText('everything'))).rejects.toMatchObject({
    name: 'MalformedPolicyDocumentException',
  });
  await makePolicy('twice');
  await expect(makePolicy('Twice')).rejects.toMatchObject({
    message: 'A policy called Twice already exists. Duplicate names are not allowed.',
  });
});

test("AWS's own policies are there, each with a document that can be asked", async () => {
  const names: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await iam.send(new ListPoliciesCommand({ Scope: 'AWS', MaxItems: 20, Marker }));
    for (const { Arn: PolicyArn, PolicyName = '', DefaultVersionId: VersionId } of page.Policies ?? []) {
      names.push(PolicyName);
      const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
      const text = decodeURIComponent(PolicyVersion?.Document ?? '');
      expect(compilePolicy(parsePolicy(text, 'identity')).statements.length).toBeGreaterThan(0);
    }
    Marker = page.Marker;
  } while (Marker !== undefined);
  expect(names).toEqual(
    expect.arrayContaining([
      'AWSLambdaBasicExecutionRole',
      'AWSLambda_FullAccess',
      'AdministratorAccess',
      'PowerUserAccess',
      'ReadOnlyAccess',
    ]),
  );
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await expect(iam.send(new DeletePolicyCommand({ PolicyArn }))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
  });
});

test('an instance profile holds one role', async () => {
  const RoleName = 'profiled';
  const InstanceProfileName = 'profile';
  await makeRole(iam, RoleName);
  const profile = { InstanceProfileName, RoleName };
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
  await iam.send(new AddRoleToInstanceProfileCommand(profile));
  await expect(iam.send(new AddRoleToInstanceProfileCommand(profile))).rejects.toMatchObject({
    name: 'LimitExceededException',
  });
  const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
  expect(InstanceProfile?.Roles?.map((role) => role.RoleName)).toEqual([RoleName]);
  const { InstanceProfiles } = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }));
  expect(InstanceProfiles?.map((each) => each.InstanceProfileName)).toEqual([InstanceProfileName]);
  await expect(iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject({
    message: 'Cannot delete entity, must remove roles from instance profile first.',
  });
  await iam.send(new RemoveRoleFromInstanceProfileCommand(profile));
  await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
});

test('simulations answer as requests would be', async () => {
  const RoleName = 'simulated';
  const PolicySourceArn = await makeRole(iam, RoleName);
  await iam.send(
    new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: policyText('lambda:Get*') }),
  );
  const deny = policyText('lambda:GetPolicy', '*', { Effect: 'Deny' });
  const { EvaluationResults } = await iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn,
      PolicyInputList: [deny],
      ActionNames: ['lambda:GetFunction', 'lambda:GetPolicy', 'lambda:Invoke'],
    }),
  );
  expect(EvaluationResults?.map(({ EvalDecision }) => EvalDecision)).toEqual([
    'allowed',
    'explicitDeny',
    'implicitDeny',
  ]);
  expect(EvaluationResults?.[0]?.MatchedStatements).toEqual([
    { SourcePolicyId: 'role_simulated_p', SourcePolicyType: 'role' },
  ]);
  const conditioned = policyText('s3:*', '*', { Condition: { StringEquals: { 'aws:username': 'ann' } } });
  const asked = { PolicyInputList: [conditioned], ActionNames: ['s3:GetObject'] };
  const without = await iam.send(new SimulateCustomPolicyCommand(asked));
  expect(without.EvaluationResults).toMatchObject([
    { EvalDecision: 'implicitDeny', MissingContextValues: ['aws:username'] },
  ]);
  const entry = {
    ContextKeyName: 'aws:username',
    ContextKeyType: 'string',
    ContextKeyValues: ['ann'],
  } as const;
  const given = { ...asked, ContextEntries: [{ ...entry, ContextKeyValues: ['ann'] }] };
  expect((await iam.send(new SimulateCustomPolicyCommand(given))).EvaluationResults).toMatchObject([
    { EvalDecision: 'allowed', EvalActionName: 's3:GetObject', EvalResourceName: '*' },
  ]);
});

test('a simulation is told whose a resource is, and refuses what it would not look at', async () => {
  const own = policyText('s3:GetObject');
  const asked = {
    ActionNames: ['s3:GetObject'],
    ResourceArns: ['arn:aws:s3:::theirs/key'],
    PolicyInputList: [own],
    CallerArn: 'arn:aws:iam::000000000000:user/ann',
  };
  const decision = async (more: object): Promise<string | undefined> => {
    const answer = await iam.send(new SimulateCustomPolicyCommand({ ...asked, ...more }));
    return answer.EvaluationResults?.[0]?.EvalDecision;
  };
  const ResourceOwner = 'arn:aws:iam::222222222222:root';
  const ResourcePolicy = policyText('s3:GetObject', 'arn:aws:s3:::theirs/*', {
    Principal: { AWS: '000000000000' },
  });
  expect(await decision({})).toBe('allowed');
  expect(await decision({ ResourceOwner })).toBe('implicitDeny');
  expect(await decision({ ResourceOwner, ResourcePolicy })).toBe('allowed');
  await expect(decision({ ResourceOwner: 'theirs' })).rejects.toMatchObject({
    name: 'InvalidInputException',
  });
  await expect(
    decision({ OrderedOrganizationPolicyInputList: [{ ServiceControlPolicyInputList: [own] }] }),
  ).rejects.toThrow('OrderedOrganizationPolicyInputList');
});

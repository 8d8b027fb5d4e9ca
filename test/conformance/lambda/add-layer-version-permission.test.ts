import {
  type AddLayerVersionPermissionCommandInput,
  GetLayerVersionPolicyCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, UUID } from '../../support/lambda-requests.ts';
import { clientOf, grantLayer, publishLayer } from '../../support/layers.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const ACCOUNT = '123456789012';

/** A layer and a way to grant it. */
async function layer() {
  const { LayerArn } = await publishLayer(server.lambda);
  const add = async (change: Partial<AddLayerVersionPermissionCommandInput> = {}) =>
    await grantLayer(server.lambda, LayerArn, ACCOUNT, change);
  const policy = async () =>
    await server.lambda.send(new GetLayerVersionPolicyCommand({ LayerName: LayerArn, VersionNumber: 1 }));
  return { LayerArn, add, policy };
}

describe('AddLayerVersionPermission', () => {
  test('answers with the statement as AWS writes it [statement]', async () => {
    const { LayerArn, add } = await layer();
    const { Statement, RevisionId } = await add({ StatementId: 'one' });
    expect(Statement).toBe(
      `{"Sid":"one","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::${ACCOUNT}:root"},"Action":"lambda:GetLayerVersion","Resource":"${LayerArn}:1"}`,
    );
    expect(RevisionId).toMatch(UUID);
  });

  test('names accounts by their roots, and everybody by * [principals]', async () => {
    const { add } = await layer();
    const principalOf = async (Principal: string): Promise<unknown> =>
      JSON.parse((await add({ Principal })).Statement ?? '').Principal;
    const root = 'arn:aws:iam::210987654321:root';
    expect(await principalOf('210987654321')).toEqual({ AWS: root });
    expect(await principalOf(root)).toEqual({ AWS: root });
    expect(await principalOf('*')).toBe('*');
  });

  test('makes an organization a condition [organization]', async () => {
    const { add } = await layer();
    const { Statement } = await add({ Principal: '*', OrganizationId: 'o-t194hfs8cz' });
    expect(JSON.parse(Statement ?? '')).toMatchObject({
      Principal: '*',
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-t194hfs8cz' } },
    });
  });

  test('takes an organization only with everybody [organization-only-with-all]', async () => {
    const { add } = await layer();
    expect(await refusal(add({ OrganizationId: 'o-t194hfs8cz' }))).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
  });

  test('gives the policy a new revision each time [new-revision]', async () => {
    const { add, policy } = await layer();
    const first = await add({ StatementId: 'one' });
    const second = await add({
      StatementId: 'two',
      ...(first.RevisionId !== undefined && { RevisionId: first.RevisionId }),
    });
    expect(second.RevisionId).not.toBe(first.RevisionId);
    expect((await policy()).RevisionId).toBe(second.RevisionId);
  });

  test('wants the newest revision when it is told one [stale-revision]', async () => {
    const { add, policy } = await layer();
    const stale = {
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id',
      status: 412,
      type: 'User',
    };
    const RevisionId = '00000000-0000-0000-0000-000000000000';
    expect(await refusal(add({ RevisionId }))).toEqual(stale);
    await add({ StatementId: 'one' });
    expect(await refusal(add({ RevisionId }))).toEqual(stale);
    expect(JSON.parse((await policy()).Policy ?? '').Statement).toHaveLength(1);
  });

  test('refuses an id that is taken [duplicate-id]', async () => {
    const { add } = await layer();
    await add({ StatementId: 'one' });
    expect(await refusal(add({ StatementId: 'one', Principal: '*' }))).toEqual({
      name: 'ResourceConflictException',
      message:
        'The statement id (one) provided already exists. Please provide a new statement id, or remove the existing statement.',
      status: 409,
      type: 'User',
    });
  });

  test('says what is not there [missing]', async () => {
    const { LayerArn, add } = await layer();
    expect(await refusal(add({ VersionNumber: 2 }))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Layer version ${LayerArn}:2 does not exist.`,
      status: 404,
      type: 'User',
    });
    const elsewhere = grantLayer(clientOf(server, 'test', 'eu-west-1'), LayerArn, '*');
    expect(await refusal(elsewhere)).toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('has no version 0 [below-one]', async () => {
    const { add } = await layer();
    expect(await refusal(add({ VersionNumber: 0 }))).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Layer Version Cannot be less than 1',
    });
  });

  test('grants nothing but reading [bad-action]', async () => {
    const { add } = await layer();
    expect(await refusal(add({ Action: 'lambda:InvokeFunction' }))).toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value 'lambda:InvokeFunction' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: lambda:GetLayerVersion",
    });
  });

  test('grants to accounts only [bad-principal]', async () => {
    const { add } = await layer();
    for (const Principal of ['s3.amazonaws.com', `arn:aws:iam::${ACCOUNT}:user/one`]) {
      const answer = await refusal(add({ Principal }));
      expect(answer.name).toBe('ValidationException');
      expect(answer.message).toContain(`Value '${Principal}' at 'principal'`);
    }
  });

  test('keeps a policy below 20 KB [too-large]', async () => {
    const { add, policy } = await layer();
    let size = 0;
    for (let index = 0; size < 20_000; index += 1) {
      await add({ StatementId: `${'s'.repeat(90)}${index}` });
      size = ((await policy()).Policy ?? '').length;
    }
    const fill = async (): Promise<void> => {
      for (let index = 0; index < 3; index += 1) await add({ StatementId: `${'t'.repeat(90)}${index}` });
    };
    const answer = await refusal(fill());
    expect(answer).toMatchObject({ name: 'PolicyLengthExceededException', status: 400, type: 'User' });
    expect(answer.message).toMatch(/^The final policy size \(2\d{4}\) is bigger than the limit \(20480\)\.$/);
  });

  test('loses no statement of callers at the same moment [concurrent]', async () => {
    const { add, policy } = await layer();
    await Promise.all(
      Array.from({ length: 10 }, async (_, index) => await add({ StatementId: `s${index}` })),
    );
    expect(JSON.parse((await policy()).Policy ?? '').Statement).toHaveLength(10);
  });

  test("refuses other accounts' layers [other-account]", async () => {
    const { LayerArn, add } = await layer();
    await add({ Principal: '*' });
    expect(await refusal(grantLayer(clientOf(server, ACCOUNT), LayerArn, ACCOUNT))).toMatchObject({
      name: 'AccessDeniedException',
      status: 403,
    });
  });
});

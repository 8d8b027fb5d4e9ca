import { PublishVersionCommand, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { grant, policyOf, sidsOf, STALE_REVISION } from '../../support/policies.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function remove(
  FunctionName: string,
  StatementId: string,
  change: { Qualifier?: string; RevisionId?: string } = {},
): Promise<number | undefined> {
  const { $metadata } = await server.lambda.send(
    new RemovePermissionCommand({ FunctionName, StatementId, ...change }),
  );
  return $metadata.httpStatusCode;
}

describe('RemovePermission', () => {
  test('removes one statement and answers 204 [removed]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    for (const StatementId of ['a', 'b', 'c']) await grant(server.lambda, FunctionName, { StatementId });
    const before = await policyOf(server.lambda, FunctionName);
    expect(await remove(FunctionName, 'b')).toBe(204);
    const after = await policyOf(server.lambda, FunctionName);
    expect(sidsOf(after)).toEqual(['a', 'c']);
    expect(after.revisionId).not.toBe(before.revisionId);
  });

  test('with the last statement the policy is gone [last]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    await grant(server.lambda, FunctionName);
    expect(await remove(FunctionName, 'sid')).toBe(204);
    expect(await refusal(policyOf(server.lambda, FunctionName))).toMatchObject({ status: 404 });
    expect(await refusal(remove(FunctionName, 'sid'))).toEqual({
      name: 'ResourceNotFoundException',
      message: 'No policy is associated with the given resource.',
      status: 404,
      type: 'User',
    });
  });

  test('touches the policy of the qualifier only [qualifiers]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    await grant(server.lambda, FunctionName);
    await grant(server.lambda, FunctionName, { Qualifier: '1' });
    expect(await remove(FunctionName, 'sid', { Qualifier: '1' })).toBe(204);
    expect(sidsOf(await policyOf(server.lambda, FunctionName))).toEqual(['sid']);
    expect(await refusal(remove(`${FunctionName}:1`, 'sid'))).toMatchObject({
      message: 'No policy is associated with the given resource.',
    });
  });

  test('says which statement is not there [statement-not-found]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    await grant(server.lambda, FunctionName);
    expect(await refusal(remove(FunctionName, 'other'))).toEqual({
      name: 'ResourceNotFoundException',
      message: 'Statement other is not found in resource policy.',
      status: 404,
      type: 'User',
    });
  });

  test('says that there is no function [function-not-found]', async () => {
    const missing = uniqueName();
    expect(await refusal(remove(missing, 'sid'))).toEqual({
      name: 'ResourceNotFoundException',
      message: `No policy found for: arn:aws:lambda:us-east-1:000000000000:function:${missing}`,
      status: 404,
      type: 'User',
    });
  });

  test('removes from the revision the caller knows only [stale-revision]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    await grant(server.lambda, FunctionName);
    expect(await refusal(remove(FunctionName, 'sid', { RevisionId: STALE_REVISION }))).toEqual({
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
      status: 412,
      type: 'User',
    });
    const { revisionId } = await policyOf(server.lambda, FunctionName);
    expect(await remove(FunctionName, 'sid', { RevisionId: revisionId })).toBe(204);
  });

  test('checks the form of the statement id, which may have dots here [constraints]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    await grant(server.lambda, FunctionName);
    expect(await refusal(remove(FunctionName, 'a.b'))).toMatchObject({ status: 404 });
    expect(await refusal(remove(FunctionName, 'a b'))).toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value 'a b' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_.]+)",
    });
  });
});

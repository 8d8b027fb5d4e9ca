import { DeleteResourcePolicyCommand, PublishVersionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal } from '../../support/lambda-requests.ts';
import { grant, policyOf, sidsOf, STALE_REVISION } from '../../support/policies.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function remove(ResourceArn: string, RevisionId?: string): Promise<number | undefined> {
  const { $metadata } = await server.lambda.send(
    new DeleteResourcePolicyCommand({ ResourceArn, RevisionId }),
  );
  return $metadata.httpStatusCode;
}

describe('DeleteResourcePolicy', () => {
  test('removes the whole policy of one resource and answers 204 [deleted]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    await grant(server.lambda, FunctionName, { StatementId: 'a' });
    await grant(server.lambda, FunctionName, { StatementId: 'b' });
    await grant(server.lambda, FunctionName, { StatementId: 'c', Qualifier: '1' });
    expect(await remove(FunctionArn)).toBe(204);
    expect(await refusal(policyOf(server.lambda, FunctionName))).toMatchObject({ status: 404 });
    expect(sidsOf(await policyOf(server.lambda, FunctionName, '1'))).toEqual(['c']);
  });

  test('says that there is none [none]', async () => {
    const { FunctionArn } = await deploy(server.lambda);
    expect(await refusal(remove(FunctionArn))).toEqual({
      name: 'ResourceNotFoundException',
      message: 'The resource you requested does not exist.',
      status: 404,
      type: 'User',
    });
  });

  test('deletes the revision the caller knows only [stale-revision]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    await grant(server.lambda, FunctionName);
    expect(await refusal(remove(FunctionArn, STALE_REVISION))).toEqual({
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetResourcePolicy API to retrieve the latest Revision Id',
      status: 412,
      type: 'User',
    });
    const { revisionId } = await policyOf(server.lambda, FunctionName);
    expect(await remove(FunctionArn, revisionId)).toBe(204);
  });

  test('wants a complete ARN and a revision that is one [constraints]', async () => {
    const refused = await refusal(remove('arn:aws:lambda:us-east-1:000000000000:function:?', 'x'));
    expect(refused.name).toBe('ValidationException');
    expect(refused.message).toMatch(
      /^3 validation errors detected: .*'resourceArn'.*'revisionId'.*'revisionId'/s,
    );
  });
});

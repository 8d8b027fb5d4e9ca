import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, deploy, refusal, uniqueName, UUID } from '../../support/lambda-requests.ts';
import { grant, policyOf, sidsOf } from '../../support/policies.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const NONE = {
  name: 'ResourceNotFoundException',
  message: 'The resource you requested does not exist.',
  status: 404,
  type: 'User',
};

async function noPolicyOf(FunctionName: string, Qualifier?: string): Promise<unknown> {
  return await refusal(server.lambda.send(new GetPolicyCommand({ FunctionName, Qualifier })));
}

describe('GetPolicy', () => {
  test('returns the statements in the order they were added [document]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const first = await grant(server.lambda, FunctionName, { StatementId: 'z' });
    const second = await grant(server.lambda, FunctionArn, { StatementId: 'a', Principal: '*' });
    const { text, revisionId } = await policyOf(server.lambda, FunctionName);
    expect(text).toBe(`{"Version":"2012-10-17","Id":"default","Statement":[${first},${second}]}`);
    expect(revisionId).toMatch(UUID);
    expect(await policyOf(server.lambda, FunctionArn)).toEqual({ text, revisionId });
  });

  test('says that there is none [none]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    expect(await noPolicyOf(FunctionName)).toEqual(NONE);
    expect(await noPolicyOf(FunctionName, '$LATEST')).toEqual(NONE);
    expect(await noPolicyOf(FunctionName, 'live')).toEqual(NONE);
    expect(await noPolicyOf(uniqueName())).toEqual(NONE);
  });

  test('has a revision of its own [own-revision]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    await grant(server.lambda, FunctionName);
    const before = await policyOf(server.lambda, FunctionName);
    const configuration = new GetFunctionConfigurationCommand({ FunctionName });
    expect((await server.lambda.send(configuration)).RevisionId).not.toBe(before.revisionId);
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    expect(await policyOf(server.lambda, FunctionName)).toEqual(before);
  });

  test('a new version has no policy, whatever $LATEST has [version]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    await grant(server.lambda, FunctionName);
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    expect(await noPolicyOf(FunctionName, '1')).toEqual(NONE);
  });

  test('goes with its alias and its function [deleted]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const alias = { FunctionName, Name: 'live', FunctionVersion: '$LATEST' };
    await server.lambda.send(new CreateAliasCommand(alias));
    await grant(server.lambda, FunctionName);
    await grant(server.lambda, `${FunctionName}:live`);
    await server.lambda.send(new DeleteAliasCommand({ FunctionName, Name: 'live' }));
    await server.lambda.send(new CreateAliasCommand(alias));
    expect(await noPolicyOf(FunctionName, 'live')).toEqual(NONE);
    expect(sidsOf(await policyOf(server.lambda, FunctionName))).toEqual(['sid']);
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    await deploy(server.lambda, await creation({ FunctionName }));
    expect(await noPolicyOf(FunctionName)).toEqual(NONE);
  });

  test('refuses two different qualifiers [qualifier-conflict]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    expect(await noPolicyOf(`${FunctionName}:live`, '1')).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'The derived qualifier from the function name does not match the specified qualifier.',
    });
  });
});

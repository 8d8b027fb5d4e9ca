import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  InvokeCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { createAlias, deployVersions } from '../../support/versions.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('DeleteFunction', () => {
  test('answers 204, and the function is gone [deleted]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const { $metadata } = await server.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    expect($metadata.httpStatusCode).toBe(204);
    const missing = { name: 'ResourceNotFoundException', status: 404 };
    expect(await refusal(server.lambda.send(new GetFunctionCommand({ FunctionName })))).toMatchObject(
      missing,
    );
    expect(await refusal(server.lambda.send(new InvokeCommand({ FunctionName })))).toMatchObject(missing);
    expect(await refusal(server.lambda.send(new DeleteFunctionCommand({ FunctionName })))).toEqual({
      ...missing,
      message: `Function not found: ${FunctionArn}`,
      type: 'User',
    });
  });

  test('leaves nothing to a function of the same name [nothing-left]', async () => {
    const input = await creation({ Tags: { team: 'blue' } });
    const { FunctionName, FunctionArn } = await deploy(server.lambda, input);
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    await server.lambda.send(new CreateFunctionCommand({ ...input, Tags: {} }));
    const { Tags } = await server.lambda.send(new ListTagsCommand({ Resource: FunctionArn }));
    expect(Tags).toEqual({});
  });

  test('deletes one version and leaves the others [version]', async () => {
    const { FunctionName, FunctionArn } = await deployVersions(server.lambda, 3);
    const remove = new DeleteFunctionCommand({ FunctionName, Qualifier: '2' });
    expect((await server.lambda.send(remove)).$metadata.httpStatusCode).toBe(204);
    const { Versions = [] } = await server.lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
    expect(Versions.map((item) => item.Version)).toEqual(['$LATEST', '1', '3']);
    const invoke = new InvokeCommand({ FunctionName, Qualifier: '2' });
    expect(await refusal(server.lambda.send(invoke))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: ${FunctionArn}:2`,
    });
    for (const Qualifier of ['1', '3']) {
      const { Payload } = await server.lambda.send(new InvokeCommand({ FunctionName, Qualifier }));
      expect(Payload?.transformToString()).toBe(`"${Qualifier}"`);
    }
  });

  test('keeps versions that aliases point to [version-in-alias] [version-in-weights]', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 2);
    await createAlias(server.lambda, FunctionName, 'canary', '1', { 2: 0.1 });
    await createAlias(server.lambda, FunctionName, 'live', '1');
    const remove = async (Qualifier: string): ReturnType<typeof refusal> =>
      await refusal(server.lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier })));
    const conflict = { name: 'ResourceConflictException', status: 409, type: 'User' };
    expect(await remove('1')).toEqual({
      ...conflict,
      message: 'Unable to delete version because the following aliases reference it: [canary, live]',
    });
    expect(await remove('2')).toEqual({
      ...conflict,
      message: 'Unable to delete version because the following aliases reference it: [canary]',
    });
  });

  test('takes versions and aliases with the function [all-versions]', async () => {
    const { FunctionName, FunctionArn } = await deployVersions(server.lambda, 1);
    await createAlias(server.lambda, FunctionName, 'live', '1');
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    for (const Qualifier of ['1', 'live']) {
      const get = new GetFunctionCommand({ FunctionName, Qualifier });
      expect(await refusal(server.lambda.send(get))).toMatchObject({
        message: `Function not found: ${FunctionArn}:${Qualifier}`,
      });
    }
    const { FunctionArn: again } = await deploy(server.lambda, { FunctionName });
    expect(again).toBe(FunctionArn);
    const { Versions = [] } = await server.lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
    expect(Versions).toHaveLength(1);
    const alias = new GetAliasCommand({ FunctionName, Name: 'live' });
    expect(await refusal(server.lambda.send(alias))).toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('keeps $LATEST and knows no aliases; a version that is not there is soon deleted [latest] [alias] [missing-version]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const remove = async (Qualifier: string): ReturnType<typeof refusal> =>
      await refusal(server.lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier })));
    const invalid = { name: 'InvalidParameterValueException', status: 400, type: 'User' };
    expect(await remove('$LATEST')).toEqual({
      ...invalid,
      message: '$LATEST version cannot be deleted without deleting the function.',
    });
    expect(await remove('prod')).toEqual({
      ...invalid,
      message: 'Deletion of aliases is not currently supported.',
    });
    const { $metadata } = await server.lambda.send(
      new DeleteFunctionCommand({ FunctionName, Qualifier: '7' }),
    );
    expect($metadata.httpStatusCode).toBe(204);
    await server.lambda.send(new GetFunctionCommand({ FunctionName }));
  });

  test('says what is not there [unknown-function]', async () => {
    const FunctionName = uniqueName();
    for (const qualifier of [{}, { Qualifier: '1' }]) {
      const remove = new DeleteFunctionCommand({ FunctionName, ...qualifier });
      expect(await refusal(server.lambda.send(remove))).toMatchObject({
        name: 'ResourceNotFoundException',
        message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`,
        status: 404,
      });
    }
  });

  test('is done once when many ask for it [concurrent]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const answers = await Promise.all(
      Array.from(
        { length: 6 },
        async () =>
          await server.lambda.send(new DeleteFunctionCommand({ FunctionName })).then(
            () => 'deleted',
            (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
          ),
      ),
    );
    expect(answers.toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => 'ResourceNotFoundException'),
      'deleted',
    ]);
  });
});

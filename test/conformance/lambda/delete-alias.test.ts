import {
  AddPermissionCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionEventInvokeConfigCommand,
  GetPolicyCommand,
  InvokeCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { configurationOf, createAlias, deployVersions } from '../../support/versions.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function deleted(FunctionName: string, Name: string): Promise<unknown> {
  const { $metadata } = await server.lambda.send(new DeleteAliasCommand({ FunctionName, Name }));
  return $metadata.httpStatusCode;
}

describe('DeleteAlias', () => {
  test('answers 204, and the alias is gone, not the version [answer] [version-stays]', async () => {
    const { FunctionName, FunctionArn } = await deployVersions(server.lambda, 1);
    await createAlias(server.lambda, FunctionName, 'live', '1');
    expect(await deleted(FunctionName, 'live')).toBe(204);
    const missing = { name: 'ResourceNotFoundException', status: 404 };
    const get = new GetAliasCommand({ FunctionName, Name: 'live' });
    expect(await refusal(server.lambda.send(get))).toMatchObject(missing);
    const invoke = new InvokeCommand({ FunctionName, Qualifier: 'live' });
    expect(await refusal(server.lambda.send(invoke))).toMatchObject({
      ...missing,
      message: `Function not found: ${FunctionArn}:live`,
    });
    expect(await configurationOf(server.lambda, FunctionName, '1')).toMatchObject({ Version: '1' });
  });

  test('frees the version [version-free]', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 1);
    await createAlias(server.lambda, FunctionName, 'live', '1');
    await deleted(FunctionName, 'live');
    const remove = new DeleteFunctionCommand({ FunctionName, Qualifier: '1' });
    expect((await server.lambda.send(remove)).$metadata.httpStatusCode).toBe(204);
  });

  test('leaves nothing to an alias of the same name [policy]', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 1);
    await createAlias(server.lambda, FunctionName, 'live', '1');
    const aliased = { FunctionName, Qualifier: 'live' };
    await server.lambda.send(
      new AddPermissionCommand({
        ...aliased,
        StatementId: 's',
        Action: 'lambda:InvokeFunction',
        Principal: 's3.amazonaws.com',
      }),
    );
    await server.lambda.send(
      new PutFunctionEventInvokeConfigCommand({ ...aliased, MaximumRetryAttempts: 0 }),
    );
    await deleted(FunctionName, 'live');
    await createAlias(server.lambda, FunctionName, 'live', '1');
    const missing = { name: 'ResourceNotFoundException' };
    const policy = new GetPolicyCommand(aliased);
    expect(await refusal(server.lambda.send(policy))).toMatchObject(missing);
    const config = new GetFunctionEventInvokeConfigCommand(aliased);
    expect(await refusal(server.lambda.send(config))).toMatchObject(missing);
  });

  test('answers 204 when there is nothing to delete [missing] [unknown-function]', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 0);
    expect(await deleted(FunctionName, 'nobody')).toBe(204);
    expect(await deleted(uniqueName(), 'nobody')).toBe(204);
  });
});

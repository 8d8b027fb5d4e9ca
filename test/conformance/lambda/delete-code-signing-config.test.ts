import {
  DeleteCodeSigningConfigCommand,
  DeleteFunctionCodeSigningConfigCommand,
  DeleteFunctionCommand,
  GetCodeSigningConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { createConfig, NO_CONFIG } from './code-signing-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function remove(CodeSigningConfigArn: string): Promise<number | undefined> {
  const command = new DeleteCodeSigningConfigCommand({ CodeSigningConfigArn });
  return (await server.lambda.send(command)).$metadata.httpStatusCode;
}

describe('DeleteCodeSigningConfig', () => {
  test('removes the configuration [deleted]', async () => {
    const { CodeSigningConfigArn } = await createConfig(server.lambda, { Tags: { a: '1' } });
    expect(await remove(CodeSigningConfigArn)).toBe(204);
    const get = server.lambda.send(new GetCodeSigningConfigCommand({ CodeSigningConfigArn }));
    expect(await refusal(get)).toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('keeps one that a function uses until none does [in-use] [free-again]', async () => {
    const { CodeSigningConfigArn } = await createConfig(server.lambda);
    const one = await deploy(server.lambda, { CodeSigningConfigArn });
    const two = await deploy(server.lambda, { CodeSigningConfigArn });
    const inUse = { name: 'ResourceConflictException', status: 409, type: 'User' };
    expect(await refusal(remove(CodeSigningConfigArn))).toMatchObject(inUse);
    const { FunctionName } = one;
    await server.lambda.send(new DeleteFunctionCodeSigningConfigCommand({ FunctionName }));
    expect(await refusal(remove(CodeSigningConfigArn))).toMatchObject(inUse);
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName: two.FunctionName }));
    expect(await remove(CodeSigningConfigArn)).toBe(204);
  });

  test('says what is not there [missing]', async () => {
    expect(await refusal(remove(NO_CONFIG))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `The Lambda code signing configuration ${NO_CONFIG} can not be found.`,
      status: 404,
    });
  });
});

import { CreateFunctionCommand, type CreateFunctionCommandInput } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, deploy, ECHO, refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { createConfig, createEnforcing, NO_CONFIG, signedZip } from './code-signing-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(change: Partial<CreateFunctionCommandInput>): ReturnType<typeof refusal> {
  return await refusal(server.lambda.send(new CreateFunctionCommand(await creation(change))));
}

describe('CreateFunction, code signing', () => {
  test('refuses unsigned code under Enforce, and makes no function [code-signing-enforced]', async () => {
    const { CodeSigningConfigArn } = await createEnforcing(server.lambda);
    const input = await creation({ CodeSigningConfigArn });
    expect(await refusal(server.lambda.send(new CreateFunctionCommand(input)))).toMatchObject({
      name: 'CodeVerificationFailedException',
      message: expect.stringContaining(`Check the provided signature for ${input.FunctionName}.`),
      status: 400,
      type: 'User',
    });
    const { CodeSigningConfigArn: _, ...unsigned } = input;
    await deploy(server.lambda, unsigned);
  });

  test('deploys unsigned code under Warn, and says so in the log [code-signing-warned]', async () => {
    const { CodeSigningConfigArn } = await createConfig(server.lambda);
    const { FunctionName } = await deploy(server.lambda, { CodeSigningConfigArn });
    expect(server.output()).toContain(`Unsigned code was let through for ${FunctionName}: `);
  });

  test('refuses a signature that does not hold, without a configuration nobody asks [code-signing-altered]', async () => {
    const Code = { ZipFile: await signedZip(ECHO) };
    const { CodeSigningConfigArn } = await createConfig(server.lambda);
    expect(await refused({ Code, CodeSigningConfigArn })).toMatchObject({
      name: 'InvalidCodeSignatureException',
      status: 400,
    });
    await deploy(server.lambda, { Code });
  });

  test('wants the configuration to be there [code-signing-missing]', async () => {
    expect(await refused({ CodeSigningConfigArn: NO_CONFIG })).toEqual({
      name: 'CodeSigningConfigNotFoundException',
      message: `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${NO_CONFIG}.`,
      status: 404,
      type: 'User',
    });
  });
});

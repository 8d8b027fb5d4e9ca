import {
  CreateFunctionCommand,
  InvokeCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { answering, configurationOf, slowToUnpack } from '../../support/versions.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('CreateFunction, while the function is Pending', () => {
  test('keeps it from being updated and invoked [pending] [Invoke.pending]', async () => {
    const input = await creation({ Code: { ZipFile: await slowToUnpack() } });
    const { FunctionName = '' } = await server.lambda.send(new CreateFunctionCommand(input));
    const ZipFile = await answering('too soon');
    const answers = await Promise.all([
      refusal(server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }))),
      refusal(server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 4 }))),
      refusal(server.lambda.send(new InvokeCommand({ FunctionName }))),
      refusal(server.lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }))),
    ]);
    for (const answer of answers) {
      expect(answer).toEqual({
        name: 'ResourceConflictException',
        message:
          'The operation cannot be performed at this time. The function is currently in the following state: Pending',
        status: 409,
        type: 'User',
      });
    }
    expect(await configurationOf(server.lambda, FunctionName)).toMatchObject({ Timeout: 3 });
  });
});

import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  InvokeCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../support/functions.ts';
import { creation, deploy, refusal } from '../../support/lambda-requests.ts';
import { startServer, temporaryDirectory, type TestServer } from '../../support/server.ts';
import { answering, configurationOf, meanwhile, slowToUnpack } from '../../support/versions.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('CreateFunction, when the code cannot be made ready', () => {
  test('leaves a function that is Failed, and says why [failed]', async () => {
    const directory = await temporaryDirectory();
    const own = await startServer({ dataDir: directory.path });
    try {
      await deploy(own.lambda);
      const input = await creation({ Code: { ZipFile: await answering('never') } });
      const sha256 = createHash('sha256')
        .update(input.Code?.ZipFile ?? '')
        .digest('hex');
      // Where it would be unpacked.
      await writeFile(join(directory.path, 'code', sha256), '');
      const { FunctionName = '' } = await own.lambda.send(new CreateFunctionCommand(input));
      const found = await eventually(
        async () => await configurationOf(own.lambda, FunctionName),
        ({ State }) => State !== 'Pending',
      );
      expect(found).toMatchObject({
        State: 'Failed',
        StateReasonCode: 'InternalError',
        StateReason: 'The code of the function could not be unpacked: ENOTDIR.',
      });
      expect(found).not.toHaveProperty('LastUpdateStatus');
      expect(await refusal(own.lambda.send(new InvokeCommand({ FunctionName })))).toMatchObject({
        name: 'ResourceConflictException',
        message: expect.stringContaining('in the following state: Failed'),
      });
      expect(await own.lambda.send(new DeleteFunctionCommand({ FunctionName }))).toMatchObject({
        $metadata: { httpStatusCode: 204 },
      });
    } finally {
      await own.stop();
      await directory.remove();
    }
  });
});

describe('CreateFunction, while the function is Pending', () => {
  test('keeps it from being updated and invoked [pending] [Invoke.pending]', async () => {
    const ZipFile = await answering('too soon');
    const begin = async (): Promise<{ FunctionName: string }> => {
      const input = await creation({ Code: { ZipFile: await slowToUnpack() } });
      const { FunctionName: name = '' } = await server.lambda.send(new CreateFunctionCommand(input));
      return { FunctionName: name };
    };
    const ask = async (named: { FunctionName: string }) =>
      await Promise.all([
        refusal(server.lambda.send(new UpdateFunctionCodeCommand({ ...named, ZipFile }))),
        refusal(server.lambda.send(new UpdateFunctionConfigurationCommand({ ...named, Timeout: 4 }))),
        refusal(server.lambda.send(new InvokeCommand(named))),
        refusal(server.lambda.send(new InvokeCommand({ ...named, InvocationType: 'DryRun' }))),
      ]);
    const { FunctionName, answers } = await meanwhile(server.lambda, begin, ask);
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

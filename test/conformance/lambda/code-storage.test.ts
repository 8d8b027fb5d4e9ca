import { randomBytes } from 'node:crypto';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionConfigurationCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { creation, deploy, ECHO, refusal, uniqueName, updated } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ['--code-storage-mb', '1'] });
});

afterAll(async () => {
  await server.stop();
});

const EXCEEDED = {
  name: 'CodeStorageExceededException',
  message: 'Code storage limit exceeded.',
  status: 400,
  type: 'User',
};

async function packageOf(kilobytes: number): Promise<Uint8Array> {
  return await zipOf({ 'index.js': ECHO, ballast: randomBytes(kilobytes * 1024) });
}

test('an account stores so much code in a Region and no more [CreateFunction.code-storage] [PublishVersion.code-storage] [UpdateFunctionCode.code-storage]', async () => {
  const { lambda } = server;
  const { FunctionName, CodeSha256 } = await deploy(lambda, { Code: { ZipFile: await packageOf(400) } });
  await lambda.send(new PublishVersionCommand({ FunctionName }));

  const second = await creation({ Code: { ZipFile: await packageOf(400) } });
  expect(await refusal(lambda.send(new CreateFunctionCommand(second)))).toEqual(EXCEEDED);
  const layer = { LayerName: uniqueName(), Content: { ZipFile: await packageOf(400) } };
  expect(await refusal(lambda.send(new PublishLayerVersionCommand(layer)))).toEqual(EXCEEDED);
  const larger = new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await packageOf(700) });
  expect(await refusal(lambda.send(larger))).toEqual(EXCEEDED);
  const now = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  expect(now).toMatchObject({ CodeSha256, LastUpdateStatus: 'Successful' });

  const same = new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await packageOf(400) });
  await lambda.send(same);
  await updated(lambda, FunctionName);
  const publish = new PublishVersionCommand({ FunctionName });
  expect(await refusal(lambda.send(publish))).toEqual(EXCEEDED);
  const { AccountLimit, AccountUsage } = await lambda.send(new GetAccountSettingsCommand({}));
  expect(AccountLimit?.TotalCodeSize).toBe(1_048_576);
  expect(AccountUsage?.TotalCodeSize).toBeGreaterThan(800 * 1024);
  expect(AccountUsage?.TotalCodeSize).toBeLessThan(1_048_576);

  await lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '1' }));
  expect(await lambda.send(publish)).toMatchObject({ Version: expect.stringMatching(/^[23]$/) });
});

import {
  InvokeCommand,
  ListFunctionsCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy, ECHO, refusal, updated } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';

/** Fields with effect that the tests of their operations do not turn to. */

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

test('UpdateFunctionConfiguration: Runtime and Handler run from then on, Role and EphemeralStorage are shown', async () => {
  const source = `
    exports.handler = async () => 'first';
    exports.other = async () => process.version.split('.')[0];
  `;
  const { FunctionName } = await deploy(server.lambda, {
    Code: { ZipFile: await zipOf({ 'index.js': source }) },
  });
  const change = {
    Handler: 'index.other',
    Runtime: 'nodejs24.x' as const,
    Role: 'arn:aws:iam::000000000000:role/another-role',
    EphemeralStorage: { Size: 1024 },
  };
  const answer = await server.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName, ...change }),
  );
  expect(answer).toMatchObject(change);
  await updated(server.lambda, FunctionName);
  const { Payload } = await server.lambda.send(new InvokeCommand({ FunctionName }));
  expect(Payload?.transformToString()).toBe('"v24"');
});

test('UpdateFunctionCode: Architectures is that of the machine [UpdateFunctionCode.architectures]', async () => {
  const { FunctionName, Architectures = [] } = await deploy(server.lambda);
  const ZipFile = await zipOf({ 'index.js': ECHO });
  const other = Architectures[0] === 'arm64' ? 'x86_64' : 'arm64';
  const wrong = new UpdateFunctionCodeCommand({ FunctionName, ZipFile, Architectures: [other] });
  expect(await refusal(server.lambda.send(wrong))).toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining(other),
  });
  const right = new UpdateFunctionCodeCommand({ FunctionName, ZipFile, Architectures });
  expect(await server.lambda.send(right)).toMatchObject({ Architectures });
});

test('ListFunctions: MasterRegion goes with FunctionVersion ALL, and a Region has no replicas [ListFunctions.master-region]', async () => {
  const { FunctionName } = await deploy(server.lambda);
  await server.lambda.send(new PublishVersionCommand({ FunctionName }));
  expect(await refusal(server.lambda.send(new ListFunctionsCommand({ MasterRegion: 'ALL' })))).toMatchObject({
    name: 'InvalidParameterValueException',
  });
  const FunctionVersion = 'ALL' as const;
  const every = await server.lambda.send(new ListFunctionsCommand({ FunctionVersion, MasterRegion: 'ALL' }));
  const versions = every.Functions?.filter((found) => found.FunctionName === FunctionName);
  expect(versions?.map(({ Version }) => Version)).toEqual(['$LATEST', '1']);
  const replicas = await server.lambda.send(
    new ListFunctionsCommand({ FunctionVersion, MasterRegion: 'us-east-1' }),
  );
  expect(replicas.Functions).toEqual([]);
});

import {
  GetFunctionCodeSigningConfigCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PublishLayerVersionCommand,
  PutFunctionCodeSigningConfigCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, ECHO, refusal, uniqueName, updated } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';
import { createConfig, createEnforcing, NO_CONFIG, signedZip } from './code-signing-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function put(FunctionName: string, CodeSigningConfigArn: string): Promise<object> {
  const command = new PutFunctionCodeSigningConfigCommand({ FunctionName, CodeSigningConfigArn });
  const { $metadata: _, ...answer } = await server.lambda.send(command);
  return answer;
}

async function attached(FunctionName: string): Promise<string | undefined> {
  const command = new GetFunctionCodeSigningConfigCommand({ FunctionName });
  return (await server.lambda.send(command)).CodeSigningConfigArn;
}

const notTrusted = {
  name: 'CodeVerificationFailedException',
  message: expect.stringMatching(
    /^Lambda cannot deploy the function\. The function or layer might be signed using a signature that the client is not configured to accept\. Check the provided signature for /,
  ),
  status: 400,
  type: 'User',
};

describe('PutFunctionCodeSigningConfig', () => {
  test('attaches, and replaces what was attached [attached] [replaces]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const first = await createConfig(server.lambda);
    const second = await createEnforcing(server.lambda);
    expect(await put(FunctionName, first.CodeSigningConfigArn)).toEqual({
      CodeSigningConfigArn: first.CodeSigningConfigArn,
      FunctionName,
    });
    expect(await attached(FunctionName)).toBe(first.CodeSigningConfigArn);
    await put(FunctionArn, second.CodeSigningConfigArn);
    expect(await attached(FunctionName)).toBe(second.CodeSigningConfigArn);
  });

  test('stops deployments under Enforce, not the code there is [enforced] [enforced-dry-run] [running-code]', async () => {
    const { FunctionName, CodeSha256 } = await deploy(server.lambda);
    await put(FunctionName, (await createEnforcing(server.lambda)).CodeSigningConfigArn);
    const ZipFile = await zipOf({ 'index.js': `${ECHO}// changed` });
    for (const DryRun of [false, true]) {
      const command = new UpdateFunctionCodeCommand({ FunctionName, ZipFile, DryRun });
      expect(await refusal(server.lambda.send(command))).toEqual(notTrusted);
    }
    const now = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(now).toMatchObject({ CodeSha256, LastUpdateStatus: 'Successful' });
    const { Payload } = await server.lambda.send(new InvokeCommand({ FunctionName, Payload: '1' }));
    expect(Payload?.transformToString()).toBe('1');
  });

  test('lets unsigned code through under Warn [warned]', async () => {
    const { FunctionName, CodeSha256 } = await deploy(server.lambda);
    await put(FunctionName, (await createConfig(server.lambda)).CodeSigningConfigArn);
    const ZipFile = await zipOf({ 'index.js': `${ECHO}// changed` });
    await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    await updated(server.lambda, FunctionName);
    const now = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(now.CodeSha256).not.toBe(CodeSha256);
  });

  test('refuses a package whose signature does not hold, whatever the policy [altered]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const ZipFile = await signedZip(ECHO);
    for (const config of [await createConfig(server.lambda), await createEnforcing(server.lambda)]) {
      await put(FunctionName, config.CodeSigningConfigArn);
      const command = new UpdateFunctionCodeCommand({ FunctionName, ZipFile });
      expect(await refusal(server.lambda.send(command))).toMatchObject({
        name: 'InvalidCodeSignatureException',
        status: 400,
        type: 'User',
      });
    }
  });

  test('stops new layers under Enforce [enforced-layers]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const { LayerVersionArn = '' } = await server.lambda.send(
      new PublishLayerVersionCommand({
        LayerName: uniqueName('layer'),
        Content: { ZipFile: await zipOf({ 'nodejs/text.txt': 'unsigned' }) },
      }),
    );
    const layered = async (): Promise<unknown> =>
      await server.lambda.send(
        new UpdateFunctionConfigurationCommand({ FunctionName, Layers: [LayerVersionArn] }),
      );
    await put(FunctionName, (await createEnforcing(server.lambda)).CodeSigningConfigArn);
    expect(await refusal(layered())).toEqual(notTrusted);
    await put(FunctionName, (await createConfig(server.lambda)).CodeSigningConfigArn);
    await layered();
    await updated(server.lambda, FunctionName);
    await put(FunctionName, (await createEnforcing(server.lambda)).CodeSigningConfigArn);
    expect(await layered()).toMatchObject({ Layers: [{ Arn: LayerVersionArn }] });
  });

  test('says what is not there, the configuration first [config-first] [missing-function]', async () => {
    const FunctionName = uniqueName();
    expect(await refusal(put(FunctionName, NO_CONFIG))).toEqual({
      name: 'CodeSigningConfigNotFoundException',
      message: `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${NO_CONFIG}.`,
      status: 404,
      type: 'User',
    });
    const { CodeSigningConfigArn } = await createConfig(server.lambda);
    expect(await refusal(put(FunctionName, CodeSigningConfigArn))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`,
      status: 404,
      type: 'User',
    });
  });

  test('concerns functions, not versions [qualified]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    expect(await refusal(put(`${FunctionName}:1`, NO_CONFIG))).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
  });
});

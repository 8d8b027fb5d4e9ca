import { GetFunctionConfigurationCommand, UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, ECHO, refusal, updated } from '../../support/lambda-requests.ts';
import { publishLayer } from '../../support/layers.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('UpdateFunctionCode with layers', () => {
  test('leaves them as they are [layers-kept]', async () => {
    const { LayerVersionArn, Content } = await publishLayer(server.lambda);
    const { FunctionName } = await deploy(server.lambda, { Layers: [LayerVersionArn] });
    const ZipFile = await zipOf({ 'index.js': `${ECHO}// again\n` });
    await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    await updated(server.lambda, FunctionName);
    const now = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(now.Layers).toEqual([{ Arn: LayerVersionArn, CodeSize: Content?.CodeSize }]);
  });

  test('measures the new code together with them [layers-size]', async () => {
    const zeros = { Content: { ZipFile: await zipOf({ zeros: Buffer.alloc(262_143_000) }) } };
    const { LayerVersionArn } = await publishLayer(server.lambda, zeros);
    const { FunctionName } = await deploy(server.lambda, { Layers: [LayerVersionArn] });
    const ZipFile = await zipOf({ 'index.js': ECHO, more: Buffer.alloc(1_000) });
    for (const DryRun of [true, false]) {
      const request = server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile, DryRun }));
      expect((await refusal(request)).message).toBe(
        `Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is ${262_144_000 + ECHO.length} bytes.`,
      );
    }
  });
});

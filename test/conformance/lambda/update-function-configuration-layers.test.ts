import {
  DeleteLayerVersionCommand,
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, updated } from '../../support/lambda-requests.ts';
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

const SOURCE =
  "exports.handler = async () => { try { return require('shared'); } catch { return null; } };\n";

/** A layer whose package `shared` is this number. */
async function layerOf(value: number): Promise<{ LayerArn: string; LayerVersionArn: string }> {
  const files = { 'nodejs/node_modules/shared/index.js': `module.exports = ${value};\n` };
  return await publishLayer(server.lambda, { Content: { ZipFile: await zipOf(files) } });
}

async function deployWith(Layers: string[]): Promise<string> {
  const Code = { ZipFile: await zipOf({ 'index.js': SOURCE }) };
  return (await deploy(server.lambda, { Code, Layers })).FunctionName;
}

async function update(FunctionName: string, change: object): Promise<FunctionConfiguration> {
  const answer = await server.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName, ...change }),
  );
  await updated(server.lambda, FunctionName);
  return answer;
}

async function shared(FunctionName: string): Promise<string> {
  const { Payload } = await server.lambda.send(new InvokeCommand({ FunctionName }));
  return Payload?.transformToString() ?? '';
}

describe('UpdateFunctionConfiguration with layers', () => {
  test('replaces the list, for the next invoke [layers]', async () => {
    const [one, two] = await Promise.all([layerOf(1), layerOf(2)]);
    const FunctionName = await deployWith([one.LayerVersionArn]);
    expect(await shared(FunctionName)).toBe('1');
    const answer = await update(FunctionName, { Layers: [two.LayerVersionArn] });
    expect(answer.Layers).toEqual([{ Arn: two.LayerVersionArn, CodeSize: expect.any(Number) }]);
    expect(await shared(FunctionName)).toBe('2');
  });

  test('leaves layers that it does not name, and takes all away with an empty list [layers-kept] [layers-removed]', async () => {
    const { LayerVersionArn } = await layerOf(1);
    const FunctionName = await deployWith([LayerVersionArn]);
    expect((await update(FunctionName, { Timeout: 9 })).Layers).toMatchObject([{ Arn: LayerVersionArn }]);
    expect(await shared(FunctionName)).toBe('1');
    expect(await update(FunctionName, { Layers: [] })).not.toHaveProperty('Layers');
    expect(await shared(FunctionName)).toBe('null');
    const now = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(now).not.toHaveProperty('Layers');
  });

  test('keeps a layer whose version was deleted, and gives it to no one anew [layers-deleted]', async () => {
    const [one, two] = await Promise.all([layerOf(1), layerOf(2)]);
    const FunctionName = await deployWith([one.LayerVersionArn]);
    const gone = { LayerName: one.LayerArn, VersionNumber: 1 };
    await server.lambda.send(new DeleteLayerVersionCommand(gone));
    await update(FunctionName, { Layers: [two.LayerVersionArn, one.LayerVersionArn] });
    expect(await shared(FunctionName)).toBe('1');
    await update(FunctionName, { Layers: [two.LayerVersionArn] });
    const again = update(FunctionName, { Layers: [one.LayerVersionArn] });
    expect(await refusal(again)).toMatchObject({
      name: 'InvalidParameterValueException',
      message: `Layer version ${one.LayerVersionArn} does not exist.`,
    });
    expect(await shared(FunctionName)).toBe('2');
  });

  test('refuses lists a function cannot have [layers-refused]', async () => {
    const { LayerVersionArn } = await layerOf(1);
    const FunctionName = await deployWith([]);
    const refused = async (Layers: string[]): Promise<string> =>
      (await refusal(update(FunctionName, { Layers }))).message;
    const six = Array.from({ length: 6 }, () => LayerVersionArn);
    expect(await refused(six)).toBe('Cannot reference more than 5 layers.');
    expect(await refused(six.slice(0, 2))).toContain('Two different versions of the same layer');
    const elsewhere = LayerVersionArn.replace('us-east-1', 'eu-west-1');
    expect(await refused([elsewhere])).toContain('Layers are expected to be in region us-east-1.');
    const zeros = { Content: { ZipFile: await zipOf({ zeros: Buffer.alloc(262_144_000) }) } };
    const large = await publishLayer(server.lambda, zeros);
    expect(await refused([large.LayerVersionArn])).toBe(
      `Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is ${262_144_000 + SOURCE.length} bytes.`,
    );
  });
});

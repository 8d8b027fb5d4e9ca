import {
  DeleteLayerVersionCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  InvokeCommand,
  ListLayerVersionsCommand,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { clientOf, grantLayer, publishLayer } from '../../support/layers.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const remove = async (LayerName: string, VersionNumber: number): Promise<number | undefined> => {
  const { $metadata } = await server.lambda.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber }));
  return $metadata.httpStatusCode;
};

const get = async (LayerName: string, VersionNumber: number): Promise<object> =>
  await server.lambda.send(new GetLayerVersionCommand({ LayerName, VersionNumber }));

describe('DeleteLayerVersion', () => {
  test('takes one version away and leaves the others [gone] [keeps-others]', async () => {
    const LayerName = uniqueName('layer');
    await publishLayer(server.lambda, { LayerName });
    await publishLayer(server.lambda, { LayerName });
    expect(await remove(LayerName, 1)).toBe(204);
    expect(await refusal(get(LayerName, 1))).toMatchObject({ name: 'ResourceNotFoundException' });
    const { LayerVersions = [] } = await server.lambda.send(new ListLayerVersionsCommand({ LayerName }));
    expect(LayerVersions.map(({ Version }) => Version)).toEqual([2]);
    const kept = await server.lambda.send(new GetLayerVersionCommand({ LayerName, VersionNumber: 2 }));
    expect((await fetch(kept.Content?.Location ?? '')).status).toBe(200);
  });

  test('of what is not there succeeds [missing]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    expect(await remove(LayerArn, 7)).toBe(204);
    expect(await remove('no-such-layer', 1)).toBe(204);
    expect(await remove(LayerArn.replace('us-east-1', 'eu-west-1'), 1)).toBe(204);
    expect(await remove(LayerArn, 99_999_999_999)).toBe(204);
    expect(await get(LayerArn, 1)).toMatchObject({ Version: 1 });
  });

  test('has no version 0 [below-one]', async () => {
    expect(await refusal(remove('any', 0))).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Layer Version Cannot be less than 1',
    });
  });

  test('takes nothing from functions and versions that have it [functions-keep]', async () => {
    const { LayerArn, LayerVersionArn } = await publishLayer(server.lambda);
    const source = "exports.handler = async () => require('shared');";
    const { FunctionName } = await deploy(server.lambda, {
      Code: { ZipFile: await zipOf({ 'index.js': source }) },
      Layers: [LayerVersionArn],
    });
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    await remove(LayerArn, 1);
    for (const Qualifier of ['$LATEST', '1']) {
      const { Payload } = await server.lambda.send(new InvokeCommand({ FunctionName, Qualifier }));
      expect(Payload?.transformToString()).toBe('1');
    }
  });

  test('takes the policy along [takes-policy]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    await grantLayer(server.lambda, LayerArn, '*');
    await remove(LayerArn, 1);
    const policy = new GetLayerVersionPolicyCommand({ LayerName: LayerArn, VersionNumber: 1 });
    expect(await refusal(server.lambda.send(policy))).toMatchObject({ name: 'ResourceNotFoundException' });
    const other = clientOf(server, '123456789012');
    const read = new GetLayerVersionCommand({ LayerName: LayerArn, VersionNumber: 1 });
    expect(await refusal(other.send(read))).toMatchObject({ name: 'AccessDeniedException' });
  });

  test("refuses other accounts' layers [other-account]", async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    await grantLayer(server.lambda, LayerArn, '*');
    const other = clientOf(server, '123456789012');
    const command = new DeleteLayerVersionCommand({ LayerName: LayerArn, VersionNumber: 1 });
    expect(await refusal(other.send(command))).toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::123456789012:root is not authorized to perform: lambda:DeleteLayerVersion on resource: ${LayerArn}:1 because no resource-based policy allows the lambda:DeleteLayerVersion action`,
    });
    expect(await get(LayerArn, 1)).toMatchObject({ Version: 1 });
  });
});

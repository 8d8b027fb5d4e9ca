import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  GetFunctionCommand,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, deploy, ECHO, type Refusal, refusal } from '../../support/lambda-requests.ts';
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

const INVALID = { name: 'InvalidParameterValueException', status: 400, type: 'User' };

async function refused(
  Layers: string[],
  change: Partial<CreateFunctionCommandInput> = {},
  client = server.lambda,
): Promise<Refusal> {
  return await refusal(client.send(new CreateFunctionCommand(await creation({ Layers, ...change }))));
}

describe('CreateFunction with layers', () => {
  test('shows ARNs and sizes in the order given [layers]', async () => {
    const first = await publishLayer(server.lambda);
    const second = await publishLayer(server.lambda, {
      Content: { ZipFile: await zipOf({ 'python/a.py': 'A = 1\n' }) },
    });
    const Layers = [second, first].map(({ LayerVersionArn, Content }) => ({
      Arn: LayerVersionArn,
      CodeSize: Content?.CodeSize,
    }));
    const created = await deploy(server.lambda, { Layers: Layers.map(({ Arn }) => Arn) });
    expect(created.Layers).toEqual(Layers);
    const { FunctionName } = created;
    const { Configuration } = await server.lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(Configuration?.Layers).toEqual(Layers);
    const { Functions = [] } = await server.lambda.send(new ListFunctionsCommand({}));
    expect(Functions.find((listed) => listed.FunctionName === FunctionName)?.Layers).toEqual(Layers);
  });

  test('shows none when there are none [layers-none]', async () => {
    expect(await deploy(server.lambda, { Layers: [] })).not.toHaveProperty('Layers');
    expect(await deploy(server.lambda)).not.toHaveProperty('Layers');
  });

  test('takes five layers and not more [layers-five]', async () => {
    const layers = await Promise.all(
      Array.from({ length: 6 }, async () => await publishLayer(server.lambda)),
    );
    const arns = layers.map(({ LayerVersionArn }) => LayerVersionArn);
    expect(await refused(arns)).toEqual({ ...INVALID, message: 'Cannot reference more than 5 layers.' });
    expect((await deploy(server.lambda, { Layers: arns.slice(1) })).Layers).toHaveLength(5);
  });

  test('takes each layer once [layers-duplicate]', async () => {
    const first = await publishLayer(server.lambda);
    const second = await publishLayer(server.lambda, { LayerName: first.LayerArn });
    const message = (one: string, two: string): string =>
      `Two different versions of the same layer are not allowed to be referenced in the same function. ${one} and ${two} are versions of the same layer.`;
    for (const other of [first, second]) {
      const arns: [string, string] = [first.LayerVersionArn, other.LayerVersionArn];
      expect(await refused(arns)).toEqual({ ...INVALID, message: message(...arns) });
    }
  });

  test('says which layer version is not there [layers-missing]', async () => {
    const { LayerArn, LayerVersionArn } = await publishLayer(server.lambda);
    for (const version of ['2', '0', '01', '99999999999999999999']) {
      const arn = `${LayerArn}:${version}`;
      const message = `Layer version ${arn} does not exist.`;
      expect(await refused([LayerVersionArn, arn])).toEqual({ ...INVALID, message });
    }
  });

  test("wants layers of the function's Region [layers-region]", async () => {
    const { LayerVersionArn } = await publishLayer(clientOf(server, 'test', 'eu-west-1'));
    expect(await refused([LayerVersionArn])).toEqual({
      ...INVALID,
      message:
        'Layers are not in the same region as the function. Layers are expected to be in region us-east-1.',
    });
  });

  test('wants the ARN of a version [layers-without-version]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    const answer = await refused([LayerArn]);
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(answer.message).toContain(`Value '[${LayerArn}]' at 'layers' failed to satisfy constraint`);
  });

  test("takes another account's layer when its policy grants it [layers-other-account]", async () => {
    const other = clientOf(server, '123456789012');
    const { LayerArn, LayerVersionArn } = await publishLayer(server.lambda);
    const Role = 'arn:aws:iam::123456789012:role/lambda-role';
    expect(await refused([LayerVersionArn], { Role }, other)).toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::123456789012:root is not authorized to perform: lambda:GetLayerVersion on resource: ${LayerVersionArn} because no resource-based policy allows the lambda:GetLayerVersion action`,
      status: 403,
    });
    await grantLayer(server.lambda, LayerArn, '123456789012');
    const { Layers } = await deploy(other, { Layers: [LayerVersionArn], Role });
    expect(Layers).toMatchObject([{ Arn: LayerVersionArn }]);
    expect(await refused([LayerVersionArn], {}, clientOf(server, '210987654321'))).toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  test('measures code and layers together [layers-size]', async () => {
    const { LayerVersionArn } = await publishLayer(server.lambda, {
      Content: { ZipFile: await zipOf({ zeros: Buffer.alloc(262_144_000) }) },
    });
    expect(await refused([LayerVersionArn])).toEqual({
      ...INVALID,
      message: `Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is ${262_144_000 + ECHO.length} bytes.`,
    });
  });
});

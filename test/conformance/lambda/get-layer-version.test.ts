import { DeleteLayerVersionCommand, GetLayerVersionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/lambda-requests.ts';
import { clientOf, grantLayer, publishLayer } from '../../support/layers.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const get = async (LayerName: string, VersionNumber: number, client = server.lambda): Promise<object> => {
  const { $metadata, ...found } = await client.send(new GetLayerVersionCommand({ LayerName, VersionNumber }));
  expect($metadata.httpStatusCode).toBe(200);
  return found;
};

const MISSING = {
  name: 'ResourceNotFoundException',
  message: 'The resource you requested does not exist.',
  status: 404,
  type: 'User',
};

describe('GetLayerVersion', () => {
  test('shows what publishing answered, by name or ARN [same-answer] [by-arn-name]', async () => {
    const { $metadata: _, ...published } = await publishLayer(server.lambda, {
      Description: 'shared',
      LicenseInfo: 'MIT',
      CompatibleRuntimes: ['nodejs22.x'],
      CompatibleArchitectures: ['x86_64'],
    });
    const name = published.LayerArn.split(':').at(-1) ?? '';
    const content = { ...published.Content, Location: expect.stringMatching(/^http/) };
    for (const form of [name, published.LayerArn]) {
      expect(await get(form, 1)).toEqual({ ...published, Content: content });
    }
    const { Content } = await server.lambda.send(
      new GetLayerVersionCommand({ LayerName: name, VersionNumber: 1 }),
    );
    const download = await fetch(Content?.Location ?? '');
    expect((await download.arrayBuffer()).byteLength).toBe(Content?.CodeSize);
  });

  test('says what is not there [missing]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    for (const version of [2, 2_147_483_648, 99_999_999_999]) {
      expect(await refusal(get(LayerArn, version))).toEqual(MISSING);
    }
    expect(await refusal(get('no-such-layer', 1))).toEqual(MISSING);
    await server.lambda.send(new DeleteLayerVersionCommand({ LayerName: LayerArn, VersionNumber: 1 }));
    expect(await refusal(get(LayerArn, 1))).toEqual(MISSING);
  });

  test.each([0, -1])('has no version %d [below-one]', async (version) => {
    expect(await refusal(get('any', version))).toEqual({
      name: 'InvalidParameterValueException',
      message: 'Layer Version Cannot be less than 1',
      status: 400,
      type: 'User',
    });
  });

  test("shows another account's when its policy grants it [other-account]", async () => {
    const other = clientOf(server, '123456789012');
    const { LayerArn } = await publishLayer(server.lambda);
    const denied = await refusal(get(LayerArn, 1, other));
    expect(denied).toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::123456789012:root is not authorized to perform: lambda:GetLayerVersion on resource: ${LayerArn}:1 because no resource-based policy allows the lambda:GetLayerVersion action`,
      status: 403,
    });
    await grantLayer(server.lambda, LayerArn, '123456789012');
    expect(await get(LayerArn, 1, other)).toMatchObject({ LayerArn, Version: 1 });
    expect(await refusal(get(LayerArn, 1, clientOf(server, '210987654321')))).toMatchObject({
      name: 'AccessDeniedException',
    });
    await grantLayer(server.lambda, LayerArn, '*');
    expect(await get(LayerArn, 1, clientOf(server, '210987654321'))).toMatchObject({ LayerArn });
  });

  test('keeps Regions apart [other-region]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    const elsewhere = clientOf(server, 'test', 'eu-west-1');
    expect(await refusal(get(LayerArn, 1, elsewhere))).toEqual(MISSING);
    expect(await refusal(get(LayerArn.split(':').at(-1) ?? '', 1, elsewhere))).toEqual(MISSING);
  });
});

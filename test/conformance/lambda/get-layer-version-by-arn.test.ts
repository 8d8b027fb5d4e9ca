import { GetLayerVersionByArnCommand, GetLayerVersionCommand } from '@aws-sdk/client-lambda';
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

const get = async (Arn: string, client = server.lambda): Promise<object> =>
  await client.send(new GetLayerVersionByArnCommand({ Arn }));

describe('GetLayerVersionByArn', () => {
  test('shows what GetLayerVersion shows [same-answer]', async () => {
    const { LayerArn, LayerVersionArn } = await publishLayer(server.lambda, { LicenseInfo: 'MIT' });
    const found = await server.lambda.send(
      new GetLayerVersionCommand({ LayerName: LayerArn, VersionNumber: 1 }),
    );
    const volatile = {
      $metadata: expect.anything(),
      Content: { ...found.Content, Location: expect.stringMatching(/^http/) },
    };
    expect(await get(LayerVersionArn)).toEqual({ ...found, ...volatile });
  });

  test('says what is not there [missing]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    for (const version of ['2', '01', '99999999999999999999']) {
      expect(await refusal(get(`${LayerArn}:${version}`))).toEqual({
        name: 'ResourceNotFoundException',
        message: 'The resource you requested does not exist.',
        status: 404,
        type: 'User',
      });
    }
  });

  test('wants the ARN of a version [bad-arn]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    const answer = await refusal(get(LayerArn));
    expect(answer.name).toBe('ValidationException');
    expect(answer.message).toContain(`Value '${LayerArn}' at 'arn' failed to satisfy constraint`);
  });

  test("shows another account's when its policy grants it [other-account]", async () => {
    const other = clientOf(server, '123456789012');
    const { LayerArn, LayerVersionArn } = await publishLayer(server.lambda);
    expect(await refusal(get(LayerVersionArn, other))).toMatchObject({ name: 'AccessDeniedException' });
    await grantLayer(server.lambda, LayerArn, 'arn:aws:iam::123456789012:root');
    expect(await get(LayerVersionArn, other)).toMatchObject({ LayerVersionArn });
  });
});

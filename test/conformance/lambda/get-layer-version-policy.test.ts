import { GetLayerVersionPolicyCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/lambda-requests.ts';
import { grantLayer, publishLayer } from '../../support/layers.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const get = async (LayerName: string, VersionNumber = 1) =>
  await server.lambda.send(new GetLayerVersionPolicyCommand({ LayerName, VersionNumber }));

describe('GetLayerVersionPolicy', () => {
  test('shows the policy and its revision [document]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    const first = await grantLayer(server.lambda, LayerArn, '*', { StatementId: 'all' });
    const second = await grantLayer(server.lambda, LayerArn, '123456789012', { StatementId: 'one' });
    expect(await get(LayerArn)).toMatchObject({
      Policy: `{"Version":"2012-10-17","Id":"default","Statement":[${first.Statement},${second.Statement}]}`,
      RevisionId: second.RevisionId,
    });
  });

  test('says when there is none [none]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    expect(await refusal(get(LayerArn))).toEqual({
      name: 'ResourceNotFoundException',
      message: 'No policy is associated with the given resource.',
      status: 404,
      type: 'User',
    });
  });

  test('says which version is not there [missing]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    expect(await refusal(get(LayerArn, 2))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Layer version ${LayerArn}:2 does not exist.`,
      status: 404,
      type: 'User',
    });
    expect(await refusal(get(LayerArn, -1))).toMatchObject({
      message: 'Layer Version Cannot be less than 1',
    });
  });
});

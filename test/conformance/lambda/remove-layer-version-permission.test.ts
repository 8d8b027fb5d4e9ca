import {
  CreateFunctionCommand,
  GetLayerVersionPolicyCommand,
  RemoveLayerVersionPermissionCommand,
  type RemoveLayerVersionPermissionCommandInput,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, deploy, refusal } from '../../support/lambda-requests.ts';
import { clientOf, grantLayer, publishLayer } from '../../support/layers.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const remove = async (
  LayerName: string,
  StatementId: string,
  change: Partial<RemoveLayerVersionPermissionCommandInput> = {},
): Promise<number | undefined> => {
  const input = { LayerName, VersionNumber: 1, StatementId, ...change };
  const { $metadata } = await server.lambda.send(new RemoveLayerVersionPermissionCommand(input));
  return $metadata.httpStatusCode;
};

const policy = async (LayerName: string) =>
  await server.lambda.send(new GetLayerVersionPolicyCommand({ LayerName, VersionNumber: 1 }));

const MISSING = { name: 'ResourceNotFoundException', status: 404, type: 'User' };
const NONE = { ...MISSING, message: 'No policy is associated with the given resource.' };

describe('RemoveLayerVersionPermission', () => {
  test('takes one statement and leaves the others [removes]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    await grantLayer(server.lambda, LayerArn, '*', { StatementId: 'all' });
    const kept = await grantLayer(server.lambda, LayerArn, '123456789012', { StatementId: 'one' });
    expect(await remove(LayerArn, 'all')).toBe(204);
    const left = await policy(LayerArn);
    expect(left.Policy).toBe(`{"Version":"2012-10-17","Id":"default","Statement":[${kept.Statement}]}`);
    expect(left.RevisionId).not.toBe(kept.RevisionId);
    const revision = left.RevisionId === undefined ? {} : { RevisionId: left.RevisionId };
    expect(await remove(LayerArn, 'one', revision)).toBe(204);
  });

  test('takes the policy with its last statement [last-statement] [none]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    expect(await refusal(remove(LayerArn, 'all'))).toEqual(NONE);
    await grantLayer(server.lambda, LayerArn, '*', { StatementId: 'all' });
    await remove(LayerArn, 'all');
    expect(await refusal(policy(LayerArn))).toEqual(NONE);
    expect(await refusal(remove(LayerArn, 'all'))).toEqual(NONE);
  });

  test('takes the layer from functions to come, not from those that have it [revokes]', async () => {
    const other = clientOf(server, '123456789012');
    const { LayerArn, LayerVersionArn } = await publishLayer(server.lambda);
    await grantLayer(server.lambda, LayerArn, '123456789012', { StatementId: 'one' });
    const { FunctionName } = await deploy(other, { Layers: [LayerVersionArn] });
    await remove(LayerArn, 'one');
    const command = new CreateFunctionCommand(await creation({ Layers: [LayerVersionArn] }));
    expect(await refusal(other.send(command))).toMatchObject({ name: 'AccessDeniedException' });
    const update = new UpdateFunctionConfigurationCommand({ FunctionName, Layers: [LayerVersionArn] });
    expect((await other.send(update)).Layers).toMatchObject([{ Arn: LayerVersionArn }]);
  });

  test('says which statement is not there [unknown-statement]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    await grantLayer(server.lambda, LayerArn, '*', { StatementId: 'all' });
    expect(await refusal(remove(LayerArn, 'other'))).toEqual({
      ...MISSING,
      message: 'Statement other is not found in resource policy.',
    });
  });

  test('says which version is not there [missing]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    expect(await refusal(remove(LayerArn, 'all', { VersionNumber: 9 }))).toEqual({
      ...MISSING,
      message: `Layer version ${LayerArn}:9 does not exist.`,
    });
  });

  test('wants the newest revision when it is told one [stale-revision]', async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    const { RevisionId = '' } = await grantLayer(server.lambda, LayerArn, '*', { StatementId: 'all' });
    await grantLayer(server.lambda, LayerArn, '*', { StatementId: 'more' });
    expect(await refusal(remove(LayerArn, 'all', { RevisionId }))).toMatchObject({
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id',
      status: 412,
    });
  });
});

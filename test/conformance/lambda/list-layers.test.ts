import {
  DeleteLayerVersionCommand,
  type LambdaClient,
  ListLayersCommand,
  type ListLayersCommandInput,
  paginateListLayers,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/lambda-requests.ts';
import { clientOf, publishLayer } from '../../support/layers.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

/** Names and versions. Every test lists in a Region of its own. */
async function listed(
  lambda: LambdaClient,
  input: ListLayersCommandInput = {},
): Promise<[string | undefined, number | undefined][]> {
  const { Layers = [] } = await lambda.send(new ListLayersCommand(input));
  return Layers.map(({ LayerName, LatestMatchingVersion }) => [LayerName, LatestMatchingVersion?.Version]);
}

describe('ListLayers', () => {
  test('shows each layer with its newest version [newest-version]', async () => {
    const lambda = clientOf(server, 'test', 'eu-west-1');
    expect(await listed(lambda)).toEqual([]);
    await publishLayer(lambda, { LayerName: 'twice' });
    const newest = await publishLayer(lambda, {
      LayerName: 'twice',
      Description: 'second',
      CompatibleRuntimes: ['nodejs22.x'],
    });
    await publishLayer(lambda, { LayerName: 'once' });
    const { Layers = [] } = await lambda.send(new ListLayersCommand({}));
    expect(Layers.map(({ LayerName }) => LayerName)).toEqual(['once', 'twice']);
    expect(Layers[1]).toEqual({
      LayerName: 'twice',
      LayerArn: newest.LayerArn,
      LatestMatchingVersion: {
        LayerVersionArn: newest.LayerVersionArn,
        Version: 2,
        Description: 'second',
        CreatedDate: newest.CreatedDate,
        CompatibleRuntimes: ['nodejs22.x'],
      },
    });
  });

  test('shows the newest version that names a runtime [by-runtime]', async () => {
    const lambda = clientOf(server, 'test', 'eu-west-2');
    await publishLayer(lambda, { LayerName: 'both', CompatibleRuntimes: ['nodejs22.x', 'python3.12'] });
    await publishLayer(lambda, { LayerName: 'both', CompatibleRuntimes: ['python3.12'] });
    await publishLayer(lambda, { LayerName: 'silent' });
    expect(await listed(lambda, { CompatibleRuntime: 'nodejs22.x' })).toEqual([['both', 1]]);
    expect(await listed(lambda, { CompatibleRuntime: 'python3.12' })).toEqual([['both', 2]]);
    expect(await listed(lambda, { CompatibleRuntime: 'ruby3.3' })).toEqual([]);
  });

  test('shows the newest version that names an architecture [by-architecture]', async () => {
    const lambda = clientOf(server, 'test', 'eu-west-3');
    await publishLayer(lambda, { LayerName: 'arm', CompatibleArchitectures: ['arm64'] });
    await publishLayer(lambda, { LayerName: 'any', CompatibleArchitectures: ['x86_64', 'arm64'] });
    await publishLayer(lambda, { LayerName: 'silent' });
    expect(await listed(lambda, { CompatibleArchitecture: 'x86_64' })).toEqual([['any', 1]]);
    expect(await listed(lambda, { CompatibleArchitecture: 'arm64' })).toEqual([
      ['any', 1],
      ['arm', 1],
    ]);
    const both = { CompatibleArchitecture: 'x86_64', CompatibleRuntime: 'nodejs22.x' } as const;
    expect(await listed(lambda, both)).toEqual([]);
  });

  test('shows nothing of a layer whose versions are deleted [only-with-versions]', async () => {
    const lambda = clientOf(server, 'test', 'eu-north-1');
    await publishLayer(lambda, { LayerName: 'gone' });
    await lambda.send(new DeleteLayerVersionCommand({ LayerName: 'gone', VersionNumber: 1 }));
    expect(await listed(lambda)).toEqual([]);
  });

  test('gives every layer once over all pages [pages]', async () => {
    const lambda = clientOf(server, 'test', 'eu-central-1');
    const names = Array.from({ length: 12 }, (_, index) => `page-${String(index).padStart(2, '0')}`);
    for (const LayerName of names) {
      await publishLayer(lambda, { LayerName });
      await publishLayer(lambda, { LayerName, CompatibleRuntimes: ['nodejs22.x'] });
    }
    const seen: (string | undefined)[] = [];
    for await (const page of paginateListLayers({ client: lambda, pageSize: 5 }, {})) {
      expect(page.Layers?.length).toBeLessThanOrEqual(5);
      seen.push(...(page.Layers ?? []).map(({ LayerName }) => LayerName));
    }
    expect(seen).toEqual(names);
    const exactly = await lambda.send(new ListLayersCommand({ MaxItems: 12 }));
    expect(exactly).not.toHaveProperty('NextMarker');
  });

  test('keeps accounts and Regions apart [isolated]', async () => {
    const lambda = clientOf(server, 'test', 'ap-south-1');
    await publishLayer(lambda, { LayerName: 'mine' });
    expect(await listed(clientOf(server, '123456789012', 'ap-south-1'))).toEqual([]);
    expect(await listed(clientOf(server, 'test', 'ap-south-2'))).toEqual([]);
    expect(await listed(lambda)).toEqual([['mine', 1]]);
  });

  test.each([
    [{ MaxItems: 0 }],
    [{ MaxItems: 51 }],
    [{ CompatibleRuntime: 'cobol' }],
    [{ CompatibleArchitecture: 'ia64' }],
  ])('refuses %j [bad-input]', async (input) => {
    const answer = await refusal(listed(server.lambda, input as ListLayersCommandInput));
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400 });
  });

  test('refuses markers it did not give [bad-input]', async () => {
    expect(await refusal(listed(server.lambda, { Marker: 'not a marker' }))).toMatchObject({
      name: 'InvalidParameterValueException',
    });
  });
});

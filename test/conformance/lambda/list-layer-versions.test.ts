import {
  DeleteLayerVersionCommand,
  ListLayerVersionsCommand,
  type ListLayerVersionsCommandInput,
  paginateListLayerVersions,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { clientOf, grantLayer, publishLayer } from '../../support/layers.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function listed(
  LayerName: string,
  input: Partial<ListLayerVersionsCommandInput> = {},
): Promise<(number | undefined)[]> {
  const command = new ListLayerVersionsCommand({ LayerName, ...input });
  const { LayerVersions = [] } = await server.lambda.send(command);
  return LayerVersions.map(({ Version }) => Version);
}

describe('ListLayerVersions', () => {
  test('shows versions newest first, without their content [newest-first]', async () => {
    const LayerName = uniqueName('layer');
    const first = await publishLayer(server.lambda, { LayerName, LicenseInfo: 'MIT' });
    for (let version = 2; version <= 11; version += 1) await publishLayer(server.lambda, { LayerName });
    expect(await listed(LayerName)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(await listed(first.LayerArn)).toHaveLength(11);
    const { LayerVersions = [] } = await server.lambda.send(new ListLayerVersionsCommand({ LayerName }));
    expect(LayerVersions.at(-1)).toEqual({
      LayerVersionArn: first.LayerVersionArn,
      Version: 1,
      Description: '',
      CreatedDate: first.CreatedDate,
      LicenseInfo: 'MIT',
    });
  });

  test('leaves what names the runtime and the architecture [by-runtime] [by-architecture]', async () => {
    const LayerName = uniqueName('layer');
    await publishLayer(server.lambda, { LayerName, CompatibleRuntimes: ['nodejs22.x'] });
    await publishLayer(server.lambda, { LayerName, CompatibleArchitectures: ['arm64'] });
    await publishLayer(server.lambda, {
      LayerName,
      CompatibleRuntimes: ['nodejs22.x'],
      CompatibleArchitectures: ['arm64', 'x86_64'],
    });
    await publishLayer(server.lambda, { LayerName });
    expect(await listed(LayerName, { CompatibleRuntime: 'nodejs22.x' })).toEqual([3, 1]);
    expect(await listed(LayerName, { CompatibleArchitecture: 'arm64' })).toEqual([3, 2]);
    const both = { CompatibleRuntime: 'nodejs22.x', CompatibleArchitecture: 'arm64' } as const;
    expect(await listed(LayerName, both)).toEqual([3]);
  });

  test('shows nothing of a layer that is not there [unknown-layer]', async () => {
    expect(await listed('no-such-layer')).toEqual([]);
  });

  test('gives every version once over all pages [pages]', async () => {
    const LayerName = uniqueName('layer');
    for (let version = 1; version <= 11; version += 1) await publishLayer(server.lambda, { LayerName });
    const seen: (number | undefined)[] = [];
    const paging = { client: server.lambda, pageSize: 4 };
    for await (const page of paginateListLayerVersions(paging, { LayerName })) {
      expect(page.LayerVersions?.length).toBeLessThanOrEqual(4);
      seen.push(...(page.LayerVersions ?? []).map(({ Version }) => Version));
      // The next page goes on although its predecessor's last version is gone.
      const last = seen.at(-1);
      if (last !== 1) {
        await server.lambda.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber: last }));
      }
    }
    expect(seen).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test("does not list other accounts' layers [other-account]", async () => {
    const { LayerArn } = await publishLayer(server.lambda);
    await grantLayer(server.lambda, LayerArn, '*');
    const other = clientOf(server, '123456789012');
    const command = new ListLayerVersionsCommand({ LayerName: LayerArn });
    expect(await refusal(other.send(command))).toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::123456789012:root is not authorized to perform: lambda:ListLayerVersions on resource: ${LayerArn} because no resource-based policy allows the lambda:ListLayerVersions action`,
    });
  });

  test.each([[{ MaxItems: 0 }], [{ MaxItems: 51 }], [{ CompatibleRuntime: 'cobol' }]])(
    'refuses %j [bad-input]',
    async (input) => {
      const answer = await refusal(listed('any', input as ListLayerVersionsCommandInput));
      expect(answer).toMatchObject({ name: 'ValidationException', status: 400 });
    },
  );

  test('refuses markers it did not give [bad-input]', async () => {
    const foreign = Buffer.from('["name",""]').toString('base64url');
    for (const Marker of ['not a marker', foreign]) {
      expect(await refusal(listed('any', { Marker }))).toMatchObject({
        name: 'InvalidParameterValueException',
      });
    }
  });
});

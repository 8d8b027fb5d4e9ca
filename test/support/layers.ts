import {
  AddLayerVersionPermissionCommand,
  type AddLayerVersionPermissionCommandInput,
  LambdaClient,
  PublishLayerVersionCommand,
  type PublishLayerVersionCommandInput,
  type PublishLayerVersionCommandOutput,
} from '@aws-sdk/client-lambda';
import { uniqueName } from './lambda-requests.ts';
import type { TestServer } from './server.ts';
import { zipOf } from './zip.ts';

/** A layer version, with the two fields nearly every test needs certainly there. */
export type PublishedLayer = PublishLayerVersionCommandOutput & { LayerArn: string; LayerVersionArn: string };

/** Publishes a layer of one small file, changed where the test needs it. */
export async function publishLayer(
  lambda: LambdaClient,
  change: Partial<PublishLayerVersionCommandInput> = {},
): Promise<PublishedLayer> {
  const published = await lambda.send(
    new PublishLayerVersionCommand({
      LayerName: uniqueName('layer'),
      Content: { ZipFile: await zipOf({ 'nodejs/node_modules/shared/index.js': 'module.exports = 1;\n' }) },
      ...change,
    }),
  );
  const { LayerArn, LayerVersionArn } = published;
  if (LayerArn === undefined || LayerVersionArn === undefined) {
    throw new Error('PublishLayerVersion named nothing.');
  }
  return { ...published, LayerArn, LayerVersionArn };
}

/** Publishes the next version of a layer with these files. */
export async function publishFiles(
  lambda: LambdaClient,
  LayerName: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const published = await publishLayer(lambda, { LayerName, Content: { ZipFile: await zipOf(files) } });
  return published.LayerVersionArn;
}

/** A client of another account or Region; the account is the access key. */
export function clientOf(server: TestServer, accessKeyId: string, region = 'us-east-1'): LambdaClient {
  const credentials = { accessKeyId, secretAccessKey: 'test' };
  return new LambdaClient({ endpoint: server.endpoint, region, credentials, maxAttempts: 1 });
}

/** Lets a principal read version 1 of a layer. Returns the policy's revision. */
export async function grantLayer(
  lambda: LambdaClient,
  LayerName: string,
  Principal: string,
  change: Partial<AddLayerVersionPermissionCommandInput> = {},
): Promise<{ Statement?: string | undefined; RevisionId?: string | undefined }> {
  return await lambda.send(
    new AddLayerVersionPermissionCommand({
      LayerName,
      VersionNumber: 1,
      StatementId: uniqueName('statement'),
      Action: 'lambda:GetLayerVersion',
      Principal,
      ...change,
    }),
  );
}

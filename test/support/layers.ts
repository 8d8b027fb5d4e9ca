import {
  type LambdaClient,
  PublishLayerVersionCommand,
  type PublishLayerVersionCommandInput,
  type PublishLayerVersionCommandOutput,
} from '@aws-sdk/client-lambda';
import { uniqueName } from './lambda-requests.ts';
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

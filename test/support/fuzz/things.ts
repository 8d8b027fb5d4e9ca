import {
  CreateAliasCommand,
  CreateCodeSigningConfigCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  GetCodeSigningConfigCommand,
  GetFunctionConfigurationCommand,
  GetLayerVersionPolicyCommand,
  type LambdaClient,
  ListAliasesCommand,
  ListLayersCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { eventually } from '../functions.ts';
import { ECHO } from '../lambda-requests.ts';
import { grantLayer, publishLayer } from '../layers.ts';
import { grant, policyOf } from '../policies.ts';
import { ROLE } from '../server.ts';
import { zipOf } from '../zip.ts';

/** What marks in generated requests stand for: names, ARNs and revisions of things that exist on the server. */
export type Things = Readonly<Record<string, string>>;

const FunctionName = 'fuzzed';
const LayerName = 'fuzzed-layer';
const SIGNER = 'arn:aws:signer:us-east-1:000000000000:/signing-profiles/fuzz/abcdefghij';

/** Makes what earlier requests have deleted, and reads the names and revisions of now. */
export async function plant(lambda: LambdaClient, before: Things): Promise<Things> {
  const zip = await zipOf({ 'index.js': ECHO });
  const [ofFunction, ofLayer, codeSigningArn] = await Promise.all([
    plantFunction(lambda, zip),
    plantLayer(lambda),
    plantSigningConfig(lambda, before['codeSigningArn']),
  ]);
  return {
    ...ofFunction,
    ...ofLayer,
    codeSigningArn,
    zip: Buffer.from(zip).toString('base64'),
    cutZip: Buffer.from(zip.subarray(0, 60)).toString('base64'),
  };
}

/** A function with versions, aliases, a policy and settings. Whatever is there already is left as it is. */
async function plantFunction(lambda: LambdaClient, ZipFile: Uint8Array): Promise<Things> {
  const configuration = await plantLatest(lambda, ZipFile);
  const version = await plantVersion(lambda);
  const create = async (Name: string): Promise<unknown> =>
    await lambda
      .send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion: version }))
      .catch(nothing);
  await Promise.all([
    create('live'),
    create('canary'),
    grant(lambda, FunctionName, { StatementId: 'kept' }).catch(nothing),
    grant(lambda, FunctionName, { StatementId: 'kept', Qualifier: 'live' }).catch(nothing),
    lambda
      .send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 }))
      .catch(nothing),
  ]);
  const [alias, policy, page] = await Promise.all([
    lambda.send(new GetAliasCommand({ FunctionName, Name: 'live' })).catch(nothing),
    policyOf(lambda, FunctionName).catch(nothing),
    lambda.send(new ListAliasesCommand({ FunctionName, MaxItems: 1 })).catch(nothing),
  ]);
  return {
    function: FunctionName,
    functionArn: configuration.FunctionArn ?? '',
    version,
    revision: configuration.RevisionId ?? '',
    aliasRevision: alias?.RevisionId ?? '',
    policyRevision: policy?.revisionId ?? '',
    sha256: configuration.CodeSha256 ?? '',
    marker: page?.NextMarker ?? '',
  };
}

async function plantLatest(
  lambda: LambdaClient,
  ZipFile: Uint8Array,
): Promise<{
  FunctionArn?: string | undefined;
  RevisionId?: string | undefined;
  CodeSha256?: string | undefined;
}> {
  const get = new GetFunctionConfigurationCommand({ FunctionName });
  if ((await lambda.send(get).catch(nothing)) === undefined) {
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: ROLE,
        Code: { ZipFile },
      }),
    );
  }
  return await eventually(
    async () => await lambda.send(get),
    ({ State, LastUpdateStatus }) => State !== 'Pending' && LastUpdateStatus !== 'InProgress',
  );
}

/** @returns the number of the newest version */
async function plantVersion(lambda: LambdaClient): Promise<string> {
  const { Versions = [] } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
  const newest = Versions.map(({ Version = '' }) => Version).findLast((version) => version !== '$LATEST');
  if (newest !== undefined) return newest;
  const { Version = '' } = await lambda.send(new PublishVersionCommand({ FunctionName }));
  return Version;
}

/** A layer version with a policy. Numbers of deleted versions never come back. */
async function plantLayer(lambda: LambdaClient): Promise<Things> {
  const { Layers = [] } = await lambda.send(new ListLayersCommand({}));
  const found = Layers.find((layer) => layer.LayerName === LayerName);
  const version =
    found?.LatestMatchingVersion?.Version ?? (await publishLayer(lambda, { LayerName })).Version ?? 1;
  const VersionNumber = version;
  const get = new GetLayerVersionPolicyCommand({ LayerName, VersionNumber });
  await grantLayer(lambda, LayerName, '*', { VersionNumber, StatementId: 'kept' }).catch(nothing);
  const policy = await lambda.send(get).catch(nothing);
  return {
    layer: LayerName,
    layerArn: `arn:aws:lambda:us-east-1:000000000000:layer:${LayerName}`,
    layerVersion: String(version),
    layerRevision: policy?.RevisionId ?? '',
  };
}

async function plantSigningConfig(lambda: LambdaClient, before: string | undefined): Promise<string> {
  const get = new GetCodeSigningConfigCommand({ CodeSigningConfigArn: before });
  if (before !== undefined && (await lambda.send(get).catch(nothing)) !== undefined) return before;
  const { CodeSigningConfig } = await lambda.send(
    new CreateCodeSigningConfigCommand({ AllowedPublishers: { SigningProfileVersionArns: [SIGNER] } }),
  );
  return CodeSigningConfig?.CodeSigningConfigArn ?? '';
}

function nothing(): undefined {
  return undefined;
}

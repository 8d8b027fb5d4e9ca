import { arch } from 'node:os';
import { type LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { sendOperation } from './any-operation.ts';
import { ECHO, uniqueName, updated } from './lambda-requests.ts';
import { ROLE } from './server.ts';
import { zipOf } from './zip.ts';

/** Calls an operation, which has to succeed. Returns its output. */
export type Send = (operation: string, input: object) => Promise<Readonly<Record<string, unknown>>>;

export function senderOf(lambda: LambdaClient): Send {
  return async (operation, input) => await sendOperation(lambda, operation, input);
}

const PLACE = 'us-east-1:000000000000';
export const Architectures = [arch() === 'arm64' ? 'arm64' : 'x86_64'];
/** A queue the server has to have. */
export const DEAD_LETTERS = 'dead-letters';
/** A stream the server has to have. */
export const STREAM = 'clicks';
/** A package the server has to have. It is no version: its bucket keeps none. */
export const CODE_OBJECT = { S3Bucket: 'packages', S3Key: 'code.zip', S3ObjectVersion: 'null' };
const DeadLetterConfig = { TargetArn: `arn:aws:sqs:${PLACE}:${DEAD_LETTERS}` };
const LoggingConfig = {
  LogFormat: 'JSON',
  ApplicationLogLevel: 'DEBUG',
  SystemLogLevel: 'WARN',
  LogGroup: '/lambda/all-fields',
};

/** A function made with every field that is not refused, then changed likewise, read, listed and published. */
export async function requestFunctions(lambda: LambdaClient): Promise<string> {
  const send = senderOf(lambda);
  const FunctionName = uniqueName();
  const csc = await signingConfig(send);
  const layer = await anyLayer(send);
  await send('CreateFunction', {
    FunctionName,
    Role: ROLE,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: await zipOf({ 'index.js': ECHO }) },
    Description: 'all fields',
    Timeout: 5,
    MemorySize: 256,
    Publish: true,
    PackageType: 'Zip',
    Environment: { Variables: { MODE: 'a' } },
    Tags: { team: 'a' },
    Layers: [layer],
    Architectures,
    EphemeralStorage: { Size: 600 },
    SnapStart: { ApplyOn: 'None' },
    TracingConfig: { Mode: 'Active' },
    LoggingConfig,
    DeadLetterConfig,
    CodeSigningConfigArn: csc,
  });
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 20, minDelay: 0.05 }, { FunctionName });
  await changeFunction(lambda, FunctionName, layer);
  const own = { FunctionName: uniqueName(), Role: ROLE, Runtime: 'nodejs22.x', Handler: 'index.handler' };
  await send('CreateFunction', { ...own, Code: CODE_OBJECT });
  await requestTenants(lambda);
  for (const operation of ['GetFunction', 'GetFunctionConfiguration']) {
    await send(operation, { FunctionName, Qualifier: '1' });
  }
  const { NextMarker } = await send('ListFunctions', {
    MasterRegion: 'ALL',
    FunctionVersion: 'ALL',
    MaxItems: 1,
  });
  await send('ListFunctions', { Marker: NextMarker });
  await send('GetAccountSettings', {});
  await requestCodeSigning(send, FunctionName, csc);
  await requestTags(send, FunctionName);
  return FunctionName;
}

async function requestTenants(lambda: LambdaClient): Promise<void> {
  const send = senderOf(lambda);
  const FunctionName = uniqueName();
  await send('CreateFunction', {
    FunctionName,
    Role: ROLE,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: await zipOf({ 'index.js': ECHO }) },
    TenancyConfig: { TenantIsolationMode: 'PER_TENANT' },
  });
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 20, minDelay: 0.05 }, { FunctionName });
  for (const operation of ['Invoke', 'InvokeWithResponseStream'])
    await send(operation, { FunctionName, TenantId: 'blue' });
}

async function changeFunction(lambda: LambdaClient, FunctionName: string, layer: string): Promise<void> {
  const send = senderOf(lambda);
  const revision = async () => (await send('GetFunctionConfiguration', { FunctionName }))['RevisionId'];
  await send('UpdateFunctionConfiguration', {
    FunctionName,
    Role: ROLE,
    Handler: 'index.handler',
    Runtime: 'nodejs22.x',
    Description: 'changed',
    Timeout: 6,
    MemorySize: 300,
    Environment: { Variables: { MODE: 'b' } },
    Layers: [layer],
    EphemeralStorage: { Size: 700 },
    SnapStart: { ApplyOn: 'None' },
    TracingConfig: { Mode: 'Active' },
    LoggingConfig: { ...LoggingConfig, SystemLogLevel: 'INFO' },
    DeadLetterConfig,
    RevisionId: await revision(),
  });
  await updated(lambda, FunctionName);
  const ZipFile = await zipOf({ 'index.js': `${ECHO}// changed\n` });
  await send('UpdateFunctionCode', { FunctionName, ZipFile, DryRun: true });
  const RevisionId = await revision();
  await send('UpdateFunctionCode', { FunctionName, ZipFile, Architectures, Publish: true, RevisionId });
  await updated(lambda, FunctionName);
  await send('UpdateFunctionCode', { FunctionName, ...CODE_OBJECT });
  await updated(lambda, FunctionName);
}

async function signingConfig(send: Send): Promise<string> {
  const AllowedPublishers = {
    SigningProfileVersionArns: [`arn:aws:signer:${PLACE}:/signing-profiles/profile/0123456789`],
  };
  const CodeSigningPolicies = { UntrustedArtifactOnDeployment: 'Warn' };
  const values = { AllowedPublishers, CodeSigningPolicies, Description: 'any' };
  const created = await send('CreateCodeSigningConfig', { ...values, Tags: { team: 'a' } });
  const { CodeSigningConfigArn } = created['CodeSigningConfig'] as { CodeSigningConfigArn: string };
  await send('UpdateCodeSigningConfig', { CodeSigningConfigArn, ...values });
  return CodeSigningConfigArn;
}

async function anyLayer(send: Send): Promise<string> {
  const published = await send('PublishLayerVersion', {
    LayerName: uniqueName('layer'),
    Content: { ZipFile: await zipOf({ 'nodejs/any.js': '' }) },
    Description: 'any',
    CompatibleArchitectures: Architectures,
    CompatibleRuntimes: ['nodejs22.x'],
    LicenseInfo: 'MIT',
  });
  return String(published['LayerVersionArn']);
}

async function requestCodeSigning(
  send: Send,
  FunctionName: string,
  CodeSigningConfigArn: string,
): Promise<void> {
  const another = await signingConfig(send);
  await send('GetCodeSigningConfig', { CodeSigningConfigArn });
  const { NextMarker } = await send('ListCodeSigningConfigs', { MaxItems: 1 });
  await send('ListCodeSigningConfigs', { Marker: NextMarker });
  const users = { CodeSigningConfigArn, MaxItems: 1 };
  await send('ListFunctionsByCodeSigningConfig', users);
  const second = uniqueName();
  await send('CreateFunction', {
    FunctionName: second,
    Role: ROLE,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: await zipOf({ 'index.js': ECHO }) },
    CodeSigningConfigArn,
  });
  const page = await send('ListFunctionsByCodeSigningConfig', users);
  await send('ListFunctionsByCodeSigningConfig', { CodeSigningConfigArn, Marker: page['NextMarker'] });
  await send('PutFunctionCodeSigningConfig', { FunctionName, CodeSigningConfigArn });
  await send('GetFunctionCodeSigningConfig', { FunctionName });
  await send('DeleteFunctionCodeSigningConfig', { FunctionName });
  await send('DeleteCodeSigningConfig', { CodeSigningConfigArn: another });
}

async function requestTags(send: Send, FunctionName: string): Promise<void> {
  const Resource = `arn:aws:lambda:${PLACE}:function:${FunctionName}`;
  await send('TagResource', { Resource, Tags: { team: 'b' } });
  await send('ListTags', { Resource });
  await send('UntagResource', { Resource, TagKeys: ['team'] });
}

import type { LambdaClient } from '@aws-sdk/client-lambda';
import {
  Architectures,
  DEAD_LETTERS,
  STREAM,
  type Send,
  senderOf,
  CODE_OBJECT,
} from './function-requests.ts';
import { eventually } from './functions.ts';
import { deploy, uniqueName, updated } from './lambda-requests.ts';
import { untilState } from './mappings.ts';
import { ROLE } from './server.ts';
import { zipOf } from './zip.ts';

/** Everything that belongs to a function with two versions, asked for with every field that is not refused. */
export async function requestResources(lambda: LambdaClient, FunctionName: string): Promise<void> {
  const send = senderOf(lambda);
  // Else there would be nothing new to publish.
  await send('UpdateFunctionConfiguration', { FunctionName, MemorySize: 512 });
  await updated(lambda, FunctionName);
  await requestVersions(send, FunctionName);
  await requestAliases(send, FunctionName);
  await requestUrls(send, FunctionName, 'live');
  await requestInvokes(send, FunctionName);
  await requestConcurrency(send, FunctionName);
  await requestEventConfigs(lambda, send, FunctionName);
  await requestMappings(lambda, send, FunctionName);
  await requestPermissions(send, FunctionName);
  await requestResourcePolicy(send, FunctionName);
  await requestSettings(send, FunctionName);
  await requestLayers(send);
  await requestRemovals(send, FunctionName);
}

async function requestVersions(send: Send, FunctionName: string): Promise<void> {
  const { RevisionId, CodeSha256 } = await send('GetFunctionConfiguration', { FunctionName });
  await send('PublishVersion', { FunctionName, CodeSha256, RevisionId, Description: 'published' });
  const { NextMarker } = await send('ListVersionsByFunction', { FunctionName, MaxItems: 1 });
  await send('ListVersionsByFunction', { FunctionName, Marker: NextMarker });
}

async function requestAliases(send: Send, FunctionName: string): Promise<void> {
  const weights = (weight: number) => ({ RoutingConfig: { AdditionalVersionWeights: { '2': weight } } });
  const alias = { FunctionName, Name: 'live', FunctionVersion: '1', Description: 'any' };
  const { RevisionId } = await send('CreateAlias', { ...alias, ...weights(0.1) });
  await send('UpdateAlias', { ...alias, ...weights(0.2), RevisionId });
  await send('GetAlias', { FunctionName, Name: 'live' });
  await send('CreateAlias', { FunctionName, Name: 'next', FunctionVersion: '1' });
  const page = await send('ListAliases', { FunctionName, FunctionVersion: '1', MaxItems: 1 });
  await send('ListAliases', { FunctionName, Marker: page['NextMarker'] });
  await send('DeleteAlias', { FunctionName, Name: 'next' });
}

async function requestInvokes(send: Send, FunctionName: string): Promise<void> {
  const Payload = Buffer.from('{}');
  const ClientContext = Buffer.from('{"client":{}}').toString('base64');
  const common = { FunctionName, Qualifier: '1', Payload };
  await send('Invoke', { ...common, InvocationType: 'RequestResponse', LogType: 'Tail', ClientContext });
  await send('Invoke', { ...common, InvocationType: 'Event', LogType: 'Tail', ClientContext });
  await send('Invoke', { ...common, InvocationType: 'DryRun', LogType: 'Tail', ClientContext });
  const streamed = { FunctionName, Qualifier: '1', Payload, LogType: 'Tail', ClientContext };
  await send('InvokeWithResponseStream', { ...streamed, InvocationType: 'DryRun' });
  await send('InvokeWithResponseStream', { ...streamed, InvocationType: 'RequestResponse' });
  await send('InvokeAsync', { FunctionName, InvokeArgs: Payload });
}

async function requestConcurrency(send: Send, FunctionName: string): Promise<void> {
  await send('PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions: 5 });
  await send('GetFunctionConcurrency', { FunctionName });
  for (const Qualifier of ['1', '2']) {
    const request = { FunctionName, Qualifier };
    // The alias would be in the way of its versions.
    if (Qualifier === '1') await send('DeleteAlias', { FunctionName, Name: 'live' });
    await send('PutProvisionedConcurrencyConfig', { ...request, ProvisionedConcurrentExecutions: 1 });
    await send('GetProvisionedConcurrencyConfig', request);
  }
  const { NextMarker } = await send('ListProvisionedConcurrencyConfigs', { FunctionName, MaxItems: 1 });
  await send('ListProvisionedConcurrencyConfigs', { FunctionName, Marker: NextMarker });
  for (const Qualifier of ['1', '2']) {
    await send('DeleteProvisionedConcurrencyConfig', { FunctionName, Qualifier });
  }
  await send('DeleteFunctionConcurrency', { FunctionName });
}

async function requestEventConfigs(lambda: LambdaClient, send: Send, FunctionName: string): Promise<void> {
  const { FunctionArn: Destination } = await deploy(lambda);
  const DestinationConfig = { OnSuccess: { Destination }, OnFailure: { Destination } };
  const settings = { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60, DestinationConfig };
  for (const Qualifier of ['1', '2']) {
    const request = { FunctionName, Qualifier };
    await send('PutFunctionEventInvokeConfig', { ...request, ...settings });
    await send('UpdateFunctionEventInvokeConfig', { ...request, ...settings });
    await send('GetFunctionEventInvokeConfig', request);
  }
  const { NextMarker } = await send('ListFunctionEventInvokeConfigs', { FunctionName, MaxItems: 1 });
  await send('ListFunctionEventInvokeConfigs', { FunctionName, Marker: NextMarker });
  await send('DeleteFunctionEventInvokeConfig', { FunctionName, Qualifier: '2' });
}

async function requestMappings(lambda: LambdaClient, send: Send, FunctionName: string): Promise<void> {
  const EventSourceArn = `arn:aws:sqs:us-east-1:000000000000:${DEAD_LETTERS}`;
  const settings = {
    Enabled: true,
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 1,
    FilterCriteria: { Filters: [{ Pattern: '{"body":["a"]}' }] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  };
  const uuids = [await requestStreamMapping(lambda, send, FunctionName)];
  for (const [Qualifier, scaling] of [
    ['1', { ScalingConfig: { MaximumConcurrency: 5 } }],
    ['2', { ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 3 } }],
  ] as const) {
    const request = { FunctionName: `${FunctionName}:${Qualifier}`, ...settings, ...scaling };
    const made = await send('CreateEventSourceMapping', { ...request, EventSourceArn, Tags: { team: 'a' } });
    const UUID = String(made['UUID']);
    await untilState(lambda, UUID, 'Enabled');
    await send('UpdateEventSourceMapping', { UUID, ...request });
    await untilState(lambda, UUID, 'Enabled');
    await send('GetEventSourceMapping', { UUID });
    uuids.push(UUID);
  }
  const { NextMarker } = await send('ListEventSourceMappings', { FunctionName, MaxItems: 1 });
  await send('ListEventSourceMappings', { EventSourceArn, Marker: NextMarker });
  for (const UUID of uuids) await send('DeleteEventSourceMapping', { UUID });
}

async function requestStreamMapping(lambda: LambdaClient, send: Send, FunctionName: string): Promise<string> {
  const settings = {
    FunctionName,
    FilterCriteria: { Filters: [{ Pattern: '{"data":{"kind":["a"]}}' }] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ParallelizationFactor: 2,
    DestinationConfig: { OnFailure: { Destination: `arn:aws:sqs:us-east-1:000000000000:${DEAD_LETTERS}` } },
    MaximumRecordAgeInSeconds: 60,
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 3,
    TumblingWindowInSeconds: 10,
  };
  const EventSourceArn = `arn:aws:kinesis:us-east-1:000000000000:stream/${STREAM}`;
  const start = { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: new Date(1_750_000_000_000) };
  const made = await send('CreateEventSourceMapping', { ...settings, EventSourceArn, ...start });
  const UUID = String(made['UUID']);
  await untilState(lambda, UUID, 'Enabled');
  await send('UpdateEventSourceMapping', { UUID, ...settings });
  await untilState(lambda, UUID, 'Enabled');
  return UUID;
}

async function requestUrls(send: Send, FunctionName: string, alias: string): Promise<void> {
  const Cors = {
    AllowCredentials: true,
    AllowHeaders: ['x-a'],
    AllowMethods: ['GET'],
    AllowOrigins: ['*'],
    ExposeHeaders: ['x-b'],
    MaxAge: 60,
  };
  const settings = { AuthType: 'NONE', InvokeMode: 'BUFFERED', Cors };
  for (const Qualifier of [undefined, alias]) {
    const request = { FunctionName, ...(Qualifier !== undefined && { Qualifier }) };
    await send('CreateFunctionUrlConfig', { ...request, ...settings });
    await send('UpdateFunctionUrlConfig', { ...request, ...settings });
    await send('GetFunctionUrlConfig', request);
  }
  const { NextMarker } = await send('ListFunctionUrlConfigs', { FunctionName, MaxItems: 1 });
  await send('ListFunctionUrlConfigs', { FunctionName, Marker: NextMarker });
  await send('DeleteFunctionUrlConfig', { FunctionName, Qualifier: alias });
}

async function requestPermissions(send: Send, FunctionName: string): Promise<void> {
  const permission = {
    FunctionName,
    Qualifier: '1',
    Principal: 's3.amazonaws.com',
    Action: 'lambda:InvokeFunction',
    SourceArn: 'arn:aws:s3:::bucket',
    SourceAccount: '000000000000',
    PrincipalOrgID: 'o-a1b2c3d4e5',
    EventSourceToken: 'token',
  };
  const first = { ...permission, StatementId: 'first', InvokedViaFunctionUrl: true };
  await send('AddPermission', first);
  const policy = async () => await send('GetPolicy', { FunctionName, Qualifier: '1' });
  await send('AddPermission', {
    ...permission,
    StatementId: 'second',
    Action: 'lambda:InvokeFunctionUrl',
    FunctionUrlAuthType: 'NONE',
    RevisionId: (await policy())['RevisionId'],
  });
  const { RevisionId } = await policy();
  await send('RemovePermission', { FunctionName, Qualifier: '1', StatementId: 'second', RevisionId });
}

async function requestResourcePolicy(send: Send, FunctionName: string): Promise<void> {
  const ResourceArn = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`;
  const statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: 'lambda:GetFunction',
    Resource: ResourceArn,
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await send('PutResourcePolicy', { ResourceArn, Policy });
  const { RevisionId } = await send('GetResourcePolicy', { ResourceArn });
  const replaced = await send('PutResourcePolicy', { ResourceArn, Policy, RevisionId });
  await send('DeleteResourcePolicy', { ResourceArn, RevisionId: replaced['RevisionId'] });
}

async function requestSettings(send: Send, FunctionName: string): Promise<void> {
  await send('PutFunctionRecursionConfig', { FunctionName, RecursiveLoop: 'Allow' });
  await send('GetFunctionRecursionConfig', { FunctionName });
  const Qualifier = '1';
  await send('PutRuntimeManagementConfig', { FunctionName, Qualifier, UpdateRuntimeOn: 'Auto' });
  await send('GetRuntimeManagementConfig', { FunctionName, Qualifier });
  await requestCapacity(send);
  await send('ListDurableExecutionsByFunction', { FunctionName, Qualifier });
}

/** Two versions on the machine as a managed instance. */
async function requestCapacity(send: Send): Promise<void> {
  const { CapacityProviders = [] } = await send('ListCapacityProviders', { State: 'Active' });
  const { CapacityProviderArn } = (CapacityProviders as { CapacityProviderArn: string }[])[0] ?? {};
  await send('GetCapacityProvider', { CapacityProviderName: 'machine' });
  const place = (places: number): object => ({
    LambdaManagedInstancesCapacityProviderConfig: {
      CapacityProviderArn,
      PerExecutionEnvironmentMaxConcurrency: places,
      ExecutionEnvironmentMemoryGiBPerVCpu: 2,
    },
  });
  for (const FunctionName of [uniqueName(), uniqueName()]) {
    await send('CreateFunction', {
      FunctionName,
      Role: ROLE,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: await zipOf({ 'index.js': '' }) },
      MemorySize: 2048,
      Publish: true,
      CapacityProviderConfig: place(8),
    });
    await eventually(
      async () => await send('GetFunctionConfiguration', { FunctionName }),
      ({ State }) => State === 'Active',
      30_000,
    );
    await send('UpdateFunctionConfiguration', { FunctionName, CapacityProviderConfig: place(9) });
    const version = { FunctionName, Qualifier: '1' };
    const FunctionScalingConfig = { MinExecutionEnvironments: 0, MaxExecutionEnvironments: 3 };
    await send('PutFunctionScalingConfig', { ...version, FunctionScalingConfig });
    await send('GetFunctionScalingConfig', version);
  }
  const versions = { CapacityProviderName: 'machine' };
  const page = await send('ListFunctionVersionsByCapacityProvider', { ...versions, MaxItems: 1 });
  await send('ListFunctionVersionsByCapacityProvider', { ...versions, Marker: page['NextMarker'] });
}

async function requestLayers(send: Send): Promise<void> {
  const layer = { LayerName: uniqueName('layer') };
  const fits = { CompatibleArchitecture: Architectures[0], CompatibleRuntime: 'nodejs22.x' };
  const Content = { ZipFile: await zipOf({ 'nodejs/any.js': '' }) };
  const { LayerVersionArn } = await send('PublishLayerVersion', { ...layer, Content });
  for (const LayerName of [layer.LayerName, uniqueName('layer'), layer.LayerName]) {
    const values = { CompatibleArchitectures: Architectures, CompatibleRuntimes: ['nodejs22.x'] };
    await send('PublishLayerVersion', { LayerName, Content, ...values });
  }
  await send('PublishLayerVersion', { LayerName: uniqueName('layer'), Content: CODE_OBJECT });
  await send('GetLayerVersionByArn', { Arn: LayerVersionArn });
  const layers = await send('ListLayers', { ...fits, MaxItems: 1 });
  await send('ListLayers', { ...fits, Marker: layers['NextMarker'] });
  const versions = await send('ListLayerVersions', { ...layer, ...fits, MaxItems: 1 });
  await send('ListLayerVersions', { ...layer, ...fits, Marker: versions['NextMarker'] });
  const version = { ...layer, VersionNumber: 1 };
  const permission = { ...version, Action: 'lambda:GetLayerVersion', Principal: '*' };
  const { RevisionId } = await send('AddLayerVersionPermission', { ...permission, StatementId: 'first' });
  const second = await send('AddLayerVersionPermission', {
    ...permission,
    StatementId: 'second',
    OrganizationId: 'o-a1b2c3d4e5',
    RevisionId,
  });
  await send('GetLayerVersionPolicy', version);
  const removal = { StatementId: 'second', RevisionId: second['RevisionId'] };
  await send('RemoveLayerVersionPermission', { ...version, ...removal });
  await send('GetLayerVersion', version);
  await send('DeleteLayerVersion', version);
}

async function requestRemovals(send: Send, FunctionName: string): Promise<void> {
  await send('DeleteFunction', { FunctionName, Qualifier: '1' });
  await send('DeleteFunction', { FunctionName });
}

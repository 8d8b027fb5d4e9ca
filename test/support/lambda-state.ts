import {
  DeleteFunctionCommand,
  DeleteLayerVersionCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  PutResourcePolicyCommand,
  PutRuntimeManagementConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
  UpdateFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { createConfig } from '../conformance/lambda/code-signing-fixtures.ts';
import { createUrl } from './function-urls.ts';
import { deploy, updated } from './lambda-requests.ts';
import { grantLayer, publishFiles, publishLayer } from './layers.ts';
import { grant } from './policies.ts';
import { provision } from './provisioned.ts';
import { answering, createAlias, publishCode } from './versions.ts';
import { zipOf } from './zip.ts';

/** Answers with what its layer and its environment say. */
const USES_LAYER = `
const word = require('word');
exports.handler = async () => word + ' ' + process.env.COLOUR;
`;

/** The layer `words`: two versions, of which everyone may read the first, and the gap of a deleted third. */
export async function createLayers(lambda: LambdaClient): Promise<{ first: string; second: string }> {
  const files = (text: string) => ({ 'nodejs/node_modules/word/index.js': `module.exports = '${text}';\n` });
  const first = await publishFiles(lambda, 'words', files('one'));
  await grantLayer(lambda, 'words', '*', { StatementId: 'everyone' });
  const { LayerVersionArn: second } = await publishLayer(lambda, {
    LayerName: 'words',
    Content: { ZipFile: await zipOf(files('two')) },
    Description: 'the second word',
    LicenseInfo: 'Apache-2.0',
    CompatibleRuntimes: ['nodejs22.x', 'nodejs24.x'],
    CompatibleArchitectures: ['x86_64', 'arm64'],
  });
  await publishFiles(lambda, 'words', files('three'));
  await lambda.send(new DeleteLayerVersionCommand({ LayerName: 'words', VersionNumber: 3 }));
  return { first, second };
}

/** `configured`: a function with every setting there is, and version 1 of it with settings of its own. */
export async function createConfigured(lambda: LambdaClient, layers: readonly string[]): Promise<void> {
  const FunctionName = 'configured';
  const signing = await createConfig(lambda, { Description: 'warns', Tags: { kind: 'signing' } });
  await deploy(lambda, {
    FunctionName,
    Code: { ZipFile: await zipOf({ 'index.js': USES_LAYER }) },
    Description: 'has everything – ¡todo!',
    Runtime: 'nodejs24.x',
    Timeout: 17,
    MemorySize: 256,
    EphemeralStorage: { Size: 1024 },
    Environment: { Variables: { COLOUR: 'blue', NOTHING: '' } },
    LoggingConfig: {
      LogFormat: 'JSON',
      LogGroup: '/of/its/own',
      ApplicationLogLevel: 'DEBUG',
      SystemLogLevel: 'WARN',
    },
    Layers: [...layers],
    CodeSigningConfigArn: signing.CodeSigningConfigArn,
    Tags: { team: 'blue', nothing: '' },
    Publish: true,
  });
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 7 }));
  await lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: 'Allow' }));
  await lambda.send(new PutRuntimeManagementConfigCommand({ FunctionName, UpdateRuntimeOn: 'Auto' }));
  await grant(lambda, FunctionName, { SourceAccount: '111122223333', SourceArn: 'arn:aws:s3:::bucket' });
  await grant(lambda, FunctionName, { StatementId: 'version', Qualifier: '1', Principal: '222222222222' });
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName, Qualifier: '1', MaximumEventAgeInSeconds: 60 }),
  );
  // What the version keeps and $LATEST has no longer.
  const change = { FunctionName, Description: '', Timeout: 3, Environment: { Variables: {} } };
  await lambda.send(new UpdateFunctionConfigurationCommand(change));
  await updated(lambda, FunctionName);
}

/** `released`: versions 1, 3 and 4, and aliases whose traffic is provisioned, split, and neither. */
export async function createReleased(lambda: LambdaClient): Promise<void> {
  const FunctionName = 'released';
  const { FunctionArn } = await deploy(lambda, {
    FunctionName,
    Code: { ZipFile: await answering('1') },
    Publish: true,
  });
  for (const text of ['2', '3', '4']) await publishCode(lambda, FunctionName, text);
  await lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '2' }));
  await createAlias(lambda, FunctionName, 'newest', '$LATEST');
  await createAlias(lambda, FunctionName, 'canary', '1', { '3': 0.25 });
  await createAlias(lambda, FunctionName, 'steady', '3');
  const update = { FunctionName, Name: 'steady', FunctionVersion: '4', Description: 'moved on' };
  await lambda.send(new UpdateAliasCommand(update));
  await provision(lambda, FunctionName, 'steady', 1);
  await grant(lambda, FunctionName, { Qualifier: 'canary', Principal: '*', PrincipalOrgID: 'o-0123456789' });
  await lambda.send(
    new PutResourcePolicyCommand({ ResourceArn: FunctionArn, Policy: policyFor(FunctionArn) }),
  );
  const target = { FunctionName, Qualifier: 'canary' };
  await createUrl(lambda, { FunctionName, Cors: { AllowOrigins: ['*'], MaxAge: 60 } });
  await createUrl(lambda, { ...target, AuthType: 'AWS_IAM' });
  await lambda.send(new PutFunctionEventInvokeConfigCommand({ ...target, MaximumRetryAttempts: 1 }));
  const OnFailure = { Destination: FunctionArn.replace('released', 'configured') };
  await lambda.send(
    new UpdateFunctionEventInvokeConfigCommand({ ...target, DestinationConfig: { OnFailure } }),
  );
}

/** Spread over lines, since it is to come back as it was given. */
function policyFor(Resource: string): string {
  const statement = {
    Sid: 'friends',
    Effect: 'Allow',
    Principal: { AWS: '333333333333' },
    Action: ['lambda:GetFunction', 'lambda:InvokeFunction'],
    Resource,
    Condition: { StringLike: { 'aws:UserAgent': '*' } },
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2);
}

/** `plain` has nothing but what is required, `closed` lets nobody in, and of `former` there is nothing left. */
export async function createOthers(lambda: LambdaClient): Promise<void> {
  await deploy(lambda, { FunctionName: 'plain', Environment: { Variables: {} } });
  await deploy(lambda, { FunctionName: 'closed' });
  await lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'closed', ReservedConcurrentExecutions: 0 }),
  );
  await deploy(lambda, { FunctionName: 'former', Tags: { left: 'behind' }, Publish: true });
  await grant(lambda, 'former');
  await lambda.send(new DeleteFunctionCommand({ FunctionName: 'former' }));
}

import { GOOD_REQUESTS, SECRET } from '../mapping-requests.ts';
import { STALE_REVISION } from '../policies.ts';
import { ROLE } from '../server.ts';

const PLACE = 'us-east-1:000000000000';
const QUEUE = `arn:aws:sqs:${PLACE}:orders`;
const KEY = `arn:aws:kms:${PLACE}:key/6c3ff1f9-5ab8-4b54-a2c4-ef1f5d9bd9d5`;
const STATEMENT = '"Sid":"a","Effect":"Allow","Action":"lambda:InvokeFunction"';
const forged = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString('base64url');

const QUALIFIERS = ['live', '@version@', '$LATEST', '1', '2', 'canary', 'missing', '99', '$LATEST.PUBLISHED'];

/**
 * Values that mean something, by the name of the member they are for, the one that does most first. A text between two
 * `@` is a mark: it stands for a thing on the server.
 */
export const SENSIBLE: Readonly<Record<string, readonly unknown[]>> = {
  FunctionName: [
    '@function@',
    '@functionArn@',
    '@function@:live',
    '@function@:1',
    '@functionArn@:live',
    '000000000000:function:@function@',
    'fresh-a',
    'fresh-b',
    'missing',
    'arn:aws:lambda:eu-west-1:111111111111:function:elsewhere',
  ],
  Name: ['live', 'canary', 'fresh', 'missing', '$LATEST'],
  Qualifier: QUALIFIERS,
  FunctionVersion: ['@version@', '1', '2', '$LATEST', '99', 'ALL'],
  LayerName: ['@layer@', '@layerArn@', 'fresh-layer', 'missing'],
  VersionNumber: ['@layerVersion@', 1, 2, 0, -1, 99],
  Layers: ['@layerArn@:@layerVersion@', '@layerArn@:99', 'arn:aws:lambda:eu-west-1:1:layer:a:1'],
  Arn: [
    '@layerArn@:@layerVersion@',
    `arn:aws:elasticfilesystem:${PLACE}:access-point/fsap-0123456789abcdef0`,
  ],
  StatementId: ['kept', 'a', 'b', 'c'],
  Action: ['lambda:InvokeFunction', 'lambda:GetLayerVersion', 'lambda:*', 'lambda:Nothing', 'START'],
  Principal: ['*', 's3.amazonaws.com', '111111111111', 'arn:aws:iam::111111111111:root', 'nobody'],
  SourceArn: [QUEUE, 'arn:aws:s3:::bucket'],
  TagKeys: ['team', 'other'],
  Resource: ['@functionArn@', '@codeSigningArn@', '@functionArn@:live', 'missing'],
  ResourceArn: ['@functionArn@', '@functionArn@:live', '@functionArn@:1', '@layerArn@:1'],
  RevisionId: ['@revision@', '@aliasRevision@', '@policyRevision@', '@layerRevision@', STALE_REVISION],
  CodeSha256: ['@sha256@', 'AAAA'],
  CodeSigningConfigArn: [
    '@codeSigningArn@',
    `arn:aws:lambda:${PLACE}:code-signing-config:csc-0123456789abcdefg`,
  ],
  SigningProfileVersionArns: [`arn:aws:signer:${PLACE}:/signing-profiles/fuzz/abcdefghij`],
  UUID: ['6c3ff1f9-5ab8-4b54-a2c4-ef1f5d9bd9d5'],
  Role: [ROLE, 'arn:aws:iam::111111111111:role/other'],
  Runtime: ['nodejs22.x', 'nodejs24.x', 'python3.12', 'provided.al2023', 'nodejs4.3', 'cobol'],
  Handler: ['index.handler', 'missing'],
  Timeout: [1, 3, 900, 901],
  MemorySize: [128, 1024, 127, 32_769],
  ReservedConcurrentExecutions: [5, 0, 1, 10, 11, 1000, 2_147_483_647],
  ProvisionedConcurrentExecutions: [1, 2, 10, 11, 1000, 2_147_483_647],
  ZipFile: ['@zip@', '@cutZip@', 'AAAA', '', 'no base64!'],
  PackageType: ['Zip', 'Image'],
  Architectures: ['x86_64', 'arm64'],
  LogGroup: ['/aws/lambda/shared', 'a'],
  Destination: ['@functionArn@', '@functionArn@:live', QUEUE, 'arn:aws:s3:::bucket', ''],
  TargetArn: [QUEUE, ''],
  EventSourceArn: Object.values(GOOD_REQUESTS).flatMap((request) =>
    'EventSourceArn' in request ? [request.EventSourceArn] : [],
  ),
  StartingPosition: ['LATEST', 'TRIM_HORIZON', 'AT_TIMESTAMP'],
  URI: [SECRET, 'subnet:subnet-1'],
  KMSKeyArn: [KEY],
  KmsKeyArn: [KEY],
  UpdateRuntimeOn: ['Auto', 'FunctionUpdate', 'Manual'],
  RuntimeVersionArn: ['arn:aws:lambda:us-east-1::runtime:0123456789abcdef'],
  CapacityProviderName: ['missing', `arn:aws:lambda:${PLACE}:capacity-provider:missing`],
  DurableExecutionArn: ['@functionArn@:1/durable-execution/a/b'],
  Marker: [
    '@marker@',
    '',
    forged(['a', 'b']),
    forged([1, 2]),
    forged(['', '9'.repeat(15)]),
    forged(['', '9'.repeat(40)]),
    forged(['\u0000', '\ud800']),
    forged({ length: 2 }),
    forged(['live']),
    'not-ours',
  ],
  Pattern: [
    '{"body":{"a":[1,"x",null]}}',
    '{"a":[{"prefix":"x"},{"numeric":[">",1e400]}]}',
    '{"a":[{"anything-but":["x"]},{"exists":true}]}',
    '{"a":[{"wildcard":"***"}]}',
    '{"a":{}}',
    '{"a":',
    '[]',
  ],
  Policy: [
    `{"Version":"2012-10-17","Statement":[{${STATEMENT},"Principal":"*","Resource":"@functionArn@"}]}`,
    `{"Version":"2012-10-17","Statement":{${STATEMENT},"Principal":{"AWS":"111111111111"},"Resource":"@functionArn@:live"}}`,
    `{"Version":"2012-10-17","Statement":[{${STATEMENT},"Principal":{"Service":["a.amazonaws.com"]},"Resource":["*"],"Condition":{"StringEquals":{"aws:SourceAccount":[1,null]}}}]}`,
    '{"Version":"2012-10-17","Statement":[]}',
    '{"Version":1,"Statement":[[]]}',
    '{"Statement":',
    '[]',
    'null',
  ],
  InvocationType: ['DryRun', 'Event', 'RequestResponse'],
  Payload: ['{}', '{"a":[1,"é",null]}', '"x"', ' 1 ', '{"a":'],
  InvokeArgs: ['{}', '{"a":1}', '', '{"a":'],
  PublishTo: ['LATEST_PUBLISHED'],
  ClientContext: ['e30=', 'not base64', 'eyJjdXN0b20iOnsiYSI6MX19'],
};

/** As above, where one operation's member means something else: by operation and member. */
export const SENSIBLE_HERE: Readonly<Record<string, readonly unknown[]>> = {
  'CreateFunction.FunctionName': ['fresh-a', 'fresh-b', 'fresh-c', 'fresh-d', 'fresh-e', '@function@'],
  'CreateAlias.Name': ['fresh', 'other', 'live'],
  'AddPermission.StatementId': ['a', 'b', 'c', 'd', 'kept'],
  'AddLayerVersionPermission.StatementId': ['a', 'b', 'c', 'd', 'kept'],
  'AddLayerVersionPermission.RevisionId': ['@layerRevision@', STALE_REVISION],
  'RemoveLayerVersionPermission.RevisionId': ['@layerRevision@', STALE_REVISION],
  'AddPermission.RevisionId': ['@policyRevision@', STALE_REVISION],
  'RemovePermission.RevisionId': ['@policyRevision@', STALE_REVISION],
  'PutResourcePolicy.RevisionId': ['@policyRevision@', STALE_REVISION],
  'DeleteResourcePolicy.RevisionId': ['@policyRevision@', STALE_REVISION],
  'UpdateAlias.RevisionId': ['@aliasRevision@', STALE_REVISION],
};

/** By the name of the map they are the keys of. */
export const SENSIBLE_KEYS: Readonly<Record<string, readonly string[]>> = {
  AdditionalVersionWeights: ['2', '1', '@version@', '$LATEST', '99'],
  Variables: ['A', 'B_1', 'AWS_REGION', '_HANDLER', '1'],
  Tags: ['team', 'aws:reserved', '', 'é', '__proto__'],
  Endpoints: ['KAFKA_BOOTSTRAP_SERVERS'],
};

/** Optional members without which hardly any request does something. */
export const WANTED: ReadonlySet<string> = new Set([
  'ZipFile',
  'Runtime',
  'Handler',
  'MaximumRetryAttempts',
  'TagKeys',
  'EventSourceArn',
]);

/** Members that nearly always mean a refusal: not built yet, or only for functions of another kind. */
export const UNWANTED: ReadonlySet<string> = new Set([
  'S3Bucket',
  'S3Key',
  'S3ObjectVersion',
  'S3ObjectStorageMode',
  'ImageUri',
  'SourceKMSKeyArn',
  'PackageType',
  'ImageConfig',
  'PublishTo',
  'VpcConfig',
  'FileSystemConfigs',
  'DeadLetterConfig',
  'SnapStart',
  'TracingConfig',
  'KMSKeyArn',
  'DurableConfig',
  'TenancyConfig',
  'CapacityProviderConfig',
  'TenantId',
  'DurableExecutionName',
  'RuntimeVersionArn',
  'MasterRegion',
]);

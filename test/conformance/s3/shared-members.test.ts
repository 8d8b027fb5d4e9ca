import * as commands from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serviceModel } from '../../../src/aws/schema/service-model.ts';
import { inputFields, operationNames } from '../../../tools/api-support/operation-fields.ts';
import { makeBucket, type TestBucket } from '../../support/s3-bucket.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';

/** Members that many operations have mean the same in each of them. */

let server: TestServer;
let s3: commands.S3Client;
let bucket: TestBucket;
let upload: commands.CreateMultipartUploadCommandOutput;

beforeAll(async () => {
  server = await startServer();
  s3 = s3ClientFor(server);
  bucket = await makeBucket(s3);
  const { Bucket } = bucket;
  const Rules = [{ ObjectOwnership: 'ObjectWriter' as const }];
  await s3.send(new commands.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules } }));
  await bucket.put('object', 'text');
  upload = await s3.send(new commands.CreateMultipartUploadCommand({ Bucket, Key: 'upload' }));
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

type Input = Readonly<Record<string, unknown>>;
type Command = Parameters<commands.S3Client['send']>[0];

async function send(operation: string, input: Input): Promise<unknown> {
  const classes = commands as unknown as Readonly<Record<string, new (given: object) => Command>>;
  const OperationCommand = classes[`${operation}Command`];
  if (OperationCommand === undefined) throw new Error(`The SDK has no ${operation}Command.`);
  return await s3.send(new OperationCommand(input));
}

/** Those whose texts and bodies are streams, and those that no bucket is named to. */
const OTHERS = new Set(['WriteGetObjectResponse', 'SelectObjectContent', 'CreateSession', 'CreateBucket']);
const model = serviceModel('s3');
const membersOf = (operation: string): readonly string[] =>
  inputFields(model, operation).map(({ path }) => path);
const operationsWith = (member: string): string[] =>
  operationNames(model).filter(
    (operation) => membersOf(operation).includes(member) && !OTHERS.has(operation),
  );

const TAGS = { TagSet: [{ Key: 'a', Value: 'b' }] };

/** What each operation that has the member needs of it. */
function inputFor(operation: string): Input {
  const isPart = operation.startsWith('UploadPart');
  const wanted: Input = {
    Bucket: bucket.Bucket,
    Key: isPart ? 'upload' : 'object',
    UploadId: upload.UploadId,
    PartNumber: 1,
    Id: 'id',
    CopySource: `${bucket.Bucket}/object`,
    ObjectAttributes: ['ETag'],
    ...(membersOf(operation).includes('Tagging.TagSet') && { Tagging: TAGS }),
    Delete: { Objects: [{ Key: 'none' }] },
    Policy: '{"Version":"2012-10-17","Statement":[]}',
    ACL: 'private',
    PublicAccessBlockConfiguration: {},
    VersioningConfiguration: { Status: 'Suspended' },
    BucketLoggingStatus: {},
    NotificationConfiguration: {},
    RequestPaymentConfiguration: { Payer: 'BucketOwner' },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
    CORSConfiguration: { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }] },
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    Body: 'text',
  };
  const members = new Set([...membersOf(operation), 'Tagging']);
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => members.has(name)));
}

/** `403 AccessDenied`, say; a head has no body that could name the error. */
const failure = async (request: Promise<unknown>): Promise<string> =>
  await request.then(
    () => 'accepted',
    ({ name, $metadata }: commands.S3ServiceException) => `${$metadata.httpStatusCode} ${name}`,
  );

test.each(operationsWith('ExpectedBucketOwner'))(
  '%s of another owner than is expected',
  async (operation) => {
    const wrong = { ...inputFor(operation), ExpectedBucketOwner: '999999999999' };
    // Operations that are not built say so before they look at the bucket.
    expect(await failure(send(operation, wrong))).toMatch(/^(?:403 |501 NotImplemented)/);
  },
);

test.each(operationsWith('ContentMD5'))(
  '%s with a body that is not what its digest says',
  async (operation) => {
    const wrong = { ...inputFor(operation), ContentMD5: Buffer.alloc(16).toString('base64') };
    // Locks, which no bucket has, are refused before.
    expect(await failure(send(operation, wrong))).toMatch(/BadDigest|NotImplemented|InvalidRequest/);
  },
);

test.each(operationsWith('SSECustomerKey'))('%s refuses keys of customers', async (operation) => {
  const keys = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: 'x'.repeat(32) };
  expect(await failure(send(operation, { ...inputFor(operation), ...keys }))).not.toBe('accepted');
});

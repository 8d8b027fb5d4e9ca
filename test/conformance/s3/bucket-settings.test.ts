import {
  CreateBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketTaggingCommand,
  DeleteBucketWebsiteCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketAclCommand,
  GetBucketAnalyticsConfigurationCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLoggingCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketReplicationCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketWebsiteCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  ListBucketInventoryConfigurationsCommand,
  PutBucketAccelerateConfigurationCommand,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketLoggingCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketRequestPaymentCommand,
  PutBucketTaggingCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presign, presignV2 } from '../../support/presigned.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const Bucket = 'settings';
const ARN = `arn:aws:s3:::${Bucket}`;
let server: TestServer;
let s3: S3Client;

beforeAll(async () => {
  server = await startServer();
  s3 = s3ClientFor(server);
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

const named = { Bucket };

test('a URL that carries its signature ends where signatures are not verified as well', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'shared', Body: 'x' }));
  const keys = { accessKeyId: 'test', secretAccessKey: 'whatever' };
  const target = `${server.endpoint}/${Bucket}/shared`;
  const past = new Date(Date.now() - 3_600_000);
  const urls = [presign(target, { keys }), presignV2(target, { keys })];
  const ended = [presign(target, { keys, at: past }), presignV2(target, { keys, expiresIn: -1 })];
  const statuses = await Promise.all([...urls, ...ended].map(async (url) => (await fetch(url)).status));
  expect(statuses).toEqual([200, 200, 403, 403]);
});

describe('what a bucket does not have', () => {
  test.each([
    [new GetBucketPolicyCommand(named), 'NoSuchBucketPolicy'],
    [new GetBucketPolicyStatusCommand(named), 'NoSuchBucketPolicy'],
    [new GetBucketCorsCommand(named), 'NoSuchCORSConfiguration'],
    [new GetBucketTaggingCommand(named), 'NoSuchTagSet'],
    [new GetBucketWebsiteCommand(named), 'NoSuchWebsiteConfiguration'],
    [new GetBucketReplicationCommand(named), 'ReplicationConfigurationNotFoundError'],
    [new GetObjectLockConfigurationCommand(named), 'ObjectLockConfigurationNotFoundError'],
    [new GetBucketAnalyticsConfigurationCommand({ Bucket, Id: 'a' }), 'NoSuchConfiguration'],
  ] as const)('%#: answers 404 with its own code', async (command, name) => {
    await expect(s3.send(command as GetBucketPolicyCommand)).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('or has from the start', async () => {
    const { Rules } =
      (await s3.send(new GetBucketEncryptionCommand(named))).ServerSideEncryptionConfiguration ?? {};
    expect(Rules).toEqual([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
    ]);
    const block = await s3.send(new GetPublicAccessBlockCommand(named));
    expect(Object.values(block.PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
    const controls = await s3.send(new GetBucketOwnershipControlsCommand(named));
    expect(controls.OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    expect((await s3.send(new GetBucketRequestPaymentCommand(named))).Payer).toBe('BucketOwner');
    expect((await s3.send(new GetBucketLoggingCommand(named))).LoggingEnabled).toBeUndefined();
    expect((await s3.send(new GetBucketAccelerateConfigurationCommand(named))).Status).toBeUndefined();
    const inventories = await s3.send(new ListBucketInventoryConfigurationsCommand(named));
    expect([inventories.IsTruncated, inventories.InventoryConfigurationList]).toEqual([false, undefined]);
    const { QueueConfigurations } = await s3.send(new GetBucketNotificationConfigurationCommand(named));
    expect(QueueConfigurations).toBeUndefined();
    const acl = await s3.send(new GetBucketAclCommand(named));
    expect(acl.Grants).toEqual([
      { Grantee: { Type: 'CanonicalUser', ID: acl.Owner?.ID }, Permission: 'FULL_CONTROL' },
    ]);
  });
});

describe('what is not built', () => {
  const days = { DefaultRetention: { Mode: 'GOVERNANCE' as const, Days: 1 } };
  const LoggingEnabled = { TargetBucket: Bucket, TargetPrefix: '' };
  const KMS = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const } };
  test.each([
    [
      new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration: { IndexDocument: { Suffix: 'i' } } }),
      'websites',
    ],
    [
      new PutBucketAccelerateConfigurationCommand({ Bucket, AccelerateConfiguration: { Status: 'Enabled' } }),
      'transfer acceleration',
    ],
    [
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: days },
      }),
      'object lock',
    ],
    [
      new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }),
      'access logs of buckets',
    ],
    [
      new PutBucketRequestPaymentCommand({ Bucket, RequestPaymentConfiguration: { Payer: 'Requester' } }),
      'requesters that pay',
    ],
    [
      new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [KMS] } }),
      'encryption with aws:kms',
    ],
  ] as const)('%#: is refused by name', async (command, what) => {
    await expect(s3.send(command as PutBucketWebsiteCommand)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: `Lambent does not implement ${what} yet.`,
    });
  });

  test('but taking it away does no harm', async () => {
    await s3.send(new DeleteBucketWebsiteCommand(named));
    await s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: {} }));
  });
});

test('access control lists are not for buckets whose owner owns everything', async () => {
  const refusal = { name: 'AccessControlListNotSupported', message: 'The bucket does not allow ACLs' };
  await expect(s3.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }))).rejects.toMatchObject(
    refusal,
  );
  const put = (ACL: 'public-read' | 'bucket-owner-full-control') =>
    s3.send(new PutObjectCommand({ Bucket, Key: 'listed', Body: 'x', ACL }));
  await expect(put('public-read')).rejects.toMatchObject(refusal);
  await put('bucket-owner-full-control');
  const open = new CreateBucketCommand({ Bucket: 'open-to-all', ACL: 'public-read' });
  await expect(s3.send(open)).rejects.toMatchObject({ name: 'InvalidBucketAclWithObjectOwnership' });
});

describe('tags', () => {
  const put = (...TagSet: { Key: string; Value: string }[]) =>
    s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));

  test('are put, read and taken away, all at once', async () => {
    const TagSet = [
      { Key: 'team', Value: 'a & b' },
      { Key: 'empty', Value: '' },
    ];
    await put(...TagSet);
    expect((await s3.send(new GetBucketTaggingCommand(named))).TagSet).toEqual(TagSet);
    await s3.send(new DeleteBucketTaggingCommand(named));
    await expect(s3.send(new GetBucketTaggingCommand(named))).rejects.toMatchObject({ name: 'NoSuchTagSet' });
  });

  test.each([
    [
      [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ],
      'Cannot provide multiple Tags with the same key',
    ],
    [[{ Key: 'aws:a', Value: '1' }], 'System tags cannot be added/updated by requester'],
    [[{ Key: 'k'.repeat(129), Value: '1' }], 'The TagKey you have provided is invalid'],
  ])('%#: are refused', async (tags, message) => {
    await expect(put(...tags)).rejects.toMatchObject({ name: 'InvalidTag', message });
  });
});

describe('a policy', () => {
  const put = (policy: unknown, to = s3) =>
    to.send(
      new PutBucketPolicyCommand({
        Bucket,
        Policy: typeof policy === 'string' ? policy : JSON.stringify(policy),
      }),
    );
  const statement = (change: object = {}) => ({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111111111111:root' },
      Action: 's3:GetObject',
      Resource: `${ARN}/*`,
      ...change,
    },
  });

  test.each([
    ['[', "Policies must be valid JSON and the first byte must be '{'"],
    [statement({ Action: 'sqs:SendMessage' }), 'Policy has invalid action'],
    [statement({ Resource: 'arn:aws:s3:::another/*' }), 'Policy has invalid resource'],
    [statement({ Principal: { AWS: 'nobody' } }), 'Invalid principal in policy: "AWS":"nobody"'],
    [statement({ Condition: { StringEquals: { 's3:nope': 'x' } } }), 'Policy has an invalid condition key'],
  ])('%#: that says nothing is malformed', async (policy, message) => {
    await expect(put(policy)).rejects.toMatchObject({ name: 'MalformedPolicy', message });
  });

  test('is given back as it was put, and decides about other accounts', async () => {
    const stranger = s3ClientFor(server, {
      credentials: { accessKeyId: '111111111111', secretAccessKey: 'test' },
    });
    const read = () => stranger.send(new GetBucketTaggingCommand(named));
    await expect(read()).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    const policy = JSON.stringify(statement({ Action: 's3:GetBucketTagging', Resource: ARN }));
    await put(policy);
    expect((await s3.send(new GetBucketPolicyCommand(named))).Policy).toBe(policy);
    expect((await s3.send(new GetBucketPolicyStatusCommand(named))).PolicyStatus).toEqual({
      IsPublic: false,
    });
    await expect(read()).rejects.toMatchObject({ name: 'NoSuchTagSet' });
    await s3.send(new DeleteBucketPolicyCommand(named));
    await expect(read()).rejects.toMatchObject({ name: 'AccessDenied' });
    stranger.destroy();
  });

  test.each(['s3:ExistingObjectTag/secret', 'aws:ResourceTag/secret', 'aws:RequestTag/secret'])(
    'that rests on %s is refused, which no request says',
    async (key) => {
      const Condition = { StringEquals: { [key]: 'yes' } };
      await expect(put(statement({ Effect: 'Deny', Condition }))).rejects.toMatchObject({
        name: 'NotImplemented',
        message: expect.stringContaining(key),
      });
    },
  );

  test('denies by what requests say of themselves', async () => {
    const own = { Bucket: 'conditional' };
    await s3.send(new CreateBucketCommand(own));
    const deny = (Action: string, Condition: object) => ({
      Effect: 'Deny',
      Principal: '*',
      Action,
      Resource: ['arn:aws:s3:::conditional', 'arn:aws:s3:::conditional/*'],
      Condition,
    });
    const Statement = [
      deny('s3:PutObject', { StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } }),
      deny('s3:PutObject', { StringEquals: { 's3:RequestObjectTag/secret': 'yes' } }),
      deny('s3:ListBucket', { NumericGreaterThan: { 's3:max-keys': '10' } }),
      deny('s3:GetObject', { StringNotEquals: { 's3:authType': 'REST-HEADER' } }),
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await s3.send(new PutBucketPolicyCommand({ ...own, Policy }));
    const object = { ...own, Key: 'k', Body: 'x' };
    const encrypted = { ...object, ServerSideEncryption: 'AES256' as const };
    const denied = { name: 'AccessDenied' };
    await expect(s3.send(new PutObjectCommand(object))).rejects.toMatchObject(denied);
    await expect(
      s3.send(new PutObjectCommand({ ...encrypted, Tagging: 'secret=yes' })),
    ).rejects.toMatchObject(denied);
    await s3.send(new PutObjectCommand({ ...encrypted, Tagging: 'secret=no' }));
    await s3.send(new GetObjectCommand({ ...own, Key: 'k' }));
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ ...own, Key: 'm', ServerSideEncryption: 'AES256' }),
    );
    await s3.send(new UploadPartCommand({ ...own, Key: 'm', UploadId, PartNumber: 1, Body: 'x' }));
    await expect(s3.send(new ListObjectsV2Command({ ...own, MaxKeys: 11 }))).rejects.toMatchObject(denied);
    expect((await s3.send(new ListObjectsV2Command({ ...own, MaxKeys: 10 }))).KeyCount).toBe(1);
  });

  test('may not open what is blocked', async () => {
    const open = statement({ Principal: '*' });
    await expect(put(open)).rejects.toMatchObject({ name: 'AccessDenied' });
    await s3.send(new DeletePublicAccessBlockCommand(named));
    await expect(s3.send(new GetPublicAccessBlockCommand(named))).rejects.toMatchObject({
      name: 'NoSuchPublicAccessBlockConfiguration',
    });
    await put(open);
    expect((await s3.send(new GetBucketPolicyStatusCommand(named))).PolicyStatus).toEqual({ IsPublic: true });
    const restricted = { RestrictPublicBuckets: true };
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: restricted }));
    expect((await s3.send(new GetBucketPolicyStatusCommand(named))).PolicyStatus).toEqual({
      IsPublic: false,
    });
  });

  test('that denies the owner everything can still be taken away', async () => {
    const shut = { Bucket: 'shut' };
    await s3.send(new CreateBucketCommand(shut));
    const policy = statement({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: ['arn:aws:s3:::shut', 'arn:aws:s3:::shut/*'],
    });
    await s3.send(new PutBucketPolicyCommand({ ...shut, Policy: JSON.stringify(policy) }));
    const read = () => s3.send(new GetBucketTaggingCommand(shut));
    await expect(read()).rejects.toMatchObject({ name: 'AccessDenied' });
    await s3.send(new DeleteBucketPolicyCommand(shut));
    await expect(read()).rejects.toMatchObject({ name: 'NoSuchTagSet' });
  });
});

test('encryption with S3’s own keys is what there is', async () => {
  const rule = {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const },
    BucketKeyEnabled: true,
    BlockedEncryptionTypes: { EncryptionType: ['SSE-C' as const] },
  };
  await s3.send(
    new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } }),
  );
  const read = async () =>
    (await s3.send(new GetBucketEncryptionCommand(named))).ServerSideEncryptionConfiguration?.Rules;
  expect(await read()).toEqual([rule]);
  await s3.send(new DeleteBucketEncryptionCommand(named));
  expect(await read()).toEqual([
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
  ]);
});

test('ownership controls can be taken away and put back', async () => {
  await s3.send(new DeleteBucketOwnershipControlsCommand(named));
  await expect(s3.send(new GetBucketOwnershipControlsCommand(named))).rejects.toMatchObject({
    name: 'OwnershipControlsNotFoundError',
  });
  const Rules = [{ ObjectOwnership: 'BucketOwnerEnforced' as const }];
  await s3.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules } }));
  expect((await s3.send(new GetBucketOwnershipControlsCommand(named))).OwnershipControls?.Rules).toEqual(
    Rules,
  );
});

describe('CORS rules', () => {
  const put = (rule: object) =>
    s3.send(
      new PutBucketCorsCommand({
        Bucket,
        CORSConfiguration: { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'], ...rule }] },
      }),
    );

  test('are given back until they are taken away', async () => {
    const rule = { AllowedHeaders: ['x-*'], ExposeHeaders: ['ETag'], MaxAgeSeconds: 60, ID: 'one' };
    await put(rule);
    const { CORSRules } = await s3.send(new GetBucketCorsCommand(named));
    expect(CORSRules).toEqual([{ AllowedMethods: ['GET'], AllowedOrigins: ['*'], ...rule }]);
    await s3.send(new DeleteBucketCorsCommand(named));
    await expect(s3.send(new GetBucketCorsCommand(named))).rejects.toMatchObject({
      name: 'NoSuchCORSConfiguration',
    });
  });

  test.each([
    [
      { AllowedMethods: ['PATCH'] },
      'Found unsupported HTTP method in CORS config. Unsupported method is PATCH',
    ],
    [{ AllowedOrigins: ['http://*.*'] }, 'AllowedOrigin "http://*.*" can not have more than one wildcard.'],
    [
      { ExposeHeaders: ['x-*'] },
      'ExposeHeader "x-*" contains wildcard. We currently do not support wildcard for ExposeHeader.',
    ],
  ])('%#: are refused', async (rule, message) => {
    await expect(put(rule)).rejects.toMatchObject({ name: 'InvalidRequest', message });
  });
});

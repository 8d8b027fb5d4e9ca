import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteObjectCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetBucketOwnershipControlsCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  type ObjectOwnership,
  PutBucketAclCommand,
  type PutBucketAclCommandInput,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  type PutObjectAclCommandInput,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBucket } from '../../support/s3-bucket.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';

/** Access control lists: three accounts, and callers who sign nothing, where signatures are verified. */
const [OWNER, WRITER, STRANGER] = ['111111111111', '222222222222', '333333333333'] as const;
const GROUPS = 'http://acs.amazonaws.com/groups/global';
const EVERYONE = { Type: 'Group', URI: `${GROUPS}/AllUsers` } as const;
const SIGNED_IN = { Type: 'Group', URI: `${GROUPS}/AuthenticatedUsers` } as const;
const DENIED = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };

let server: TestServer;
let owner: S3Client;
let writer: S3Client;
let stranger: S3Client;
const ids: Record<string, string> = {};

beforeAll(async () => {
  const keys = [OWNER, WRITER, STRANGER].map((account) => `AKIA${account}:secret:${account}`).join(',');
  server = await startServer({ flags: ['--auth', 'strict'], env: { LAMBENT_ACCESS_KEYS: keys } });
  const clientOf = (account: string) =>
    s3ClientFor(server, { credentials: { accessKeyId: `AKIA${account}`, secretAccessKey: 'secret' } });
  [owner, writer, stranger] = [clientOf(OWNER), clientOf(WRITER), clientOf(STRANGER)];
  for (const [name, s3] of Object.entries({ owner, writer, stranger })) {
    const { Bucket } = await makeBucket(s3);
    ids[name] = (await s3.send(new GetBucketAclCommand({ Bucket }))).Owner?.ID ?? '';
  }
});
afterAll(async () => {
  for (const s3 of [owner, writer, stranger]) s3.destroy();
  await server.stop();
});

/** A bucket of the owner's with lists, that the public may be let into. */
async function open(ownership: ObjectOwnership = 'ObjectWriter'): Promise<string> {
  const { Bucket } = await makeBucket(owner);
  await setOwnership(Bucket, ownership);
  await owner.send(new DeletePublicAccessBlockCommand({ Bucket }));
  return Bucket;
}

async function setOwnership(Bucket: string, ObjectOwnership: ObjectOwnership): Promise<void> {
  const OwnershipControls = { Rules: [{ ObjectOwnership }] };
  await owner.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
}

const url = (Bucket: string, Key = ''): string => `${server.endpoint}/${Bucket}/${Key}`;
const status = async (address: string, init?: RequestInit): Promise<number> =>
  (await fetch(address, init)).status;

async function put(Bucket: string, Key: string, more: Partial<PutObjectCommandInput> = {}, s3 = owner) {
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key, ...more }));
}

async function grantsOf(Bucket: string, Key: string, s3 = owner): Promise<unknown[]> {
  const { Grants = [] } = await s3.send(new GetObjectAclCommand({ Bucket, Key }));
  return Grants.map(({ Grantee, Permission }) => [Grantee?.ID ?? Grantee?.URI, Permission]);
}

async function read(s3: S3Client, Bucket: string, Key: string): Promise<string | undefined> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return await Body?.transformToString();
}

describe('of objects', () => {
  test('public-read lets everyone read, and nobody else do anything', async () => {
    const Bucket = await open();
    await put(Bucket, 'shut');
    await put(Bucket, 'open', { ACL: 'public-read' });
    expect(await grantsOf(Bucket, 'open')).toEqual([
      [ids['owner'], 'FULL_CONTROL'],
      [EVERYONE.URI, 'READ'],
    ]);
    expect(await (await fetch(url(Bucket, 'open'))).text()).toBe('open');
    expect(await status(url(Bucket, 'shut'))).toBe(403);
    expect(await status(url(Bucket, 'open'), { method: 'PUT', body: 'x' })).toBe(403);
    expect(await status(url(Bucket, 'open'), { method: 'DELETE' })).toBe(403);
    expect(await status(url(Bucket, 'open?acl'))).toBe(403);
    expect(await read(stranger, Bucket, 'open')).toBe('open');
    await expect(read(stranger, Bucket, 'shut')).rejects.toMatchObject(DENIED);
    await expect(read(stranger, Bucket, 'none')).rejects.toMatchObject(DENIED);
  });

  test('grants let in whom they name: by canonical id, or whoever has an account', async () => {
    const Bucket = await open();
    await put(Bucket, 'named', { GrantRead: `id="${ids['writer']}"`, GrantReadACP: `id=${ids['stranger']}` });
    expect(await read(writer, Bucket, 'named')).toBe('named');
    await expect(grantsOf(Bucket, 'named', writer)).rejects.toMatchObject(DENIED);
    await expect(read(stranger, Bucket, 'named')).rejects.toMatchObject(DENIED);
    expect(await grantsOf(Bucket, 'named', stranger)).toHaveLength(2);
    await put(Bucket, 'members', { ACL: 'authenticated-read' });
    expect(await read(stranger, Bucket, 'members')).toBe('members');
    expect(await status(url(Bucket, 'members'))).toBe(403);
  });

  test('are replaced by PutObjectAcl, and do not come along with a copy', async () => {
    const Bucket = await open();
    await put(Bucket, 'a', { ACL: 'public-read' });
    const CopySource = `${Bucket}/a`;
    await owner.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource }));
    expect(await grantsOf(Bucket, 'b')).toEqual([[ids['owner'], 'FULL_CONTROL']]);
    await owner.send(new PutObjectAclCommand({ Bucket, Key: 'a', ACL: 'private' }));
    expect(await status(url(Bucket, 'a'))).toBe(403);
    const AccessControlPolicy = {
      Owner: { ID: ids['owner'] },
      Grants: [{ Grantee: SIGNED_IN, Permission: 'READ' as const }],
    };
    await owner.send(new PutObjectAclCommand({ Bucket, Key: 'a', AccessControlPolicy }));
    expect(await grantsOf(Bucket, 'a')).toEqual([[SIGNED_IN.URI, 'READ']]);
    expect(await read(stranger, Bucket, 'a')).toBe('a');
    await owner.send(new PutObjectAclCommand({ Bucket, Key: 'a', ACL: 'public-read' }));
    expect(await status(url(Bucket, 'a'))).toBe(200);
  });

  test('have no say once the bucket owner owns everything, and have it again after that', async () => {
    const Bucket = await open();
    await put(Bucket, 'a', { ACL: 'public-read' });
    await setOwnership(Bucket, 'BucketOwnerEnforced');
    expect(await status(url(Bucket, 'a'))).toBe(403);
    expect(await grantsOf(Bucket, 'a')).toEqual([[ids['owner'], 'FULL_CONTROL']]);
    const refusal = { name: 'AccessControlListNotSupported', message: 'The bucket does not allow ACLs' };
    const opening = new PutObjectAclCommand({ Bucket, Key: 'a', ACL: 'public-read' });
    await expect(owner.send(opening)).rejects.toMatchObject(refusal);
    await owner.send(new PutObjectAclCommand({ Bucket, Key: 'a', ACL: 'bucket-owner-full-control' }));
    await owner.send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
    expect(await status(url(Bucket, 'a'))).toBe(200);
  });
});

describe('who writes an object', () => {
  async function shared(ownership: ObjectOwnership): Promise<string> {
    const Bucket = await open(ownership);
    const Statement = [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${WRITER}:root` },
        Action: ['s3:PutObject', 's3:PutObjectAcl'],
        Resource: `arn:aws:s3:::${Bucket}/*`,
      },
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await owner.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    return Bucket;
  }

  async function ownersOf(Bucket: string): Promise<unknown[]> {
    const { Contents = [] } = await owner.send(new ListObjectsV2Command({ Bucket, FetchOwner: true }));
    return Contents.map(({ Key, Owner }) => [Key, Owner?.ID]);
  }

  test('owns it where ownership is the writer’s: the bucket owner reads what it is let into', async () => {
    const Bucket = await shared('ObjectWriter');
    await put(Bucket, 'given', { ACL: 'bucket-owner-full-control' }, writer);
    await put(Bucket, 'kept', {}, writer);
    const expected = ids['writer'];
    expect(await ownersOf(Bucket)).toEqual([
      ['given', expected],
      ['kept', expected],
    ]);
    expect(await read(owner, Bucket, 'given')).toBe('given');
    await expect(read(owner, Bucket, 'kept')).rejects.toMatchObject(DENIED);
    expect(await read(writer, Bucket, 'kept')).toBe('kept');
    await owner.send(new DeleteObjectCommand({ Bucket, Key: 'kept' }));
    const { UploadId } = await writer.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
    const { Owner } = await owner.send(new ListPartsCommand({ Bucket, Key: 'parts', UploadId }));
    expect(Owner?.ID).toBe(expected);
  });

  test('gives it away where the bucket owner is preferred', async () => {
    const Bucket = await shared('BucketOwnerPreferred');
    await put(Bucket, 'given', { ACL: 'bucket-owner-full-control' }, writer);
    await put(Bucket, 'kept', {}, writer);
    expect(await ownersOf(Bucket)).toEqual([
      ['given', ids['owner']],
      ['kept', ids['writer']],
    ]);
    await expect(read(owner, Bucket, 'kept')).rejects.toMatchObject(DENIED);
    await setOwnership(Bucket, 'BucketOwnerEnforced');
    expect(await read(owner, Bucket, 'kept')).toBe('kept');
  });
});

describe('of buckets', () => {
  test('let others list and put, as far as they say', async () => {
    const Bucket = await open();
    await put(Bucket, 'a');
    const list = new ListObjectsV2Command({ Bucket });
    await expect(stranger.send(list)).rejects.toMatchObject(DENIED);
    await owner.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }));
    expect((await stranger.send(list)).KeyCount).toBe(1);
    expect(await status(url(Bucket))).toBe(200);
    // Who may list is told what is not there.
    expect(await status(url(Bucket, 'none'))).toBe(404);
    expect(await status(url(Bucket, 'a'))).toBe(403);
    await expect(put(Bucket, 'b', {}, stranger)).rejects.toMatchObject(DENIED);
    await owner.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read-write' }));
    await put(Bucket, 'b', {}, stranger);
    expect(await status(url(Bucket, 'c'), { method: 'PUT', body: 'c' })).toBe(200);
    await expect(stranger.send(new GetBucketAclCommand({ Bucket }))).rejects.toMatchObject(DENIED);
    await owner.send(new PutBucketAclCommand({ Bucket, GrantFullControl: `id=${ids['stranger']}` }));
    const { Grants } = await stranger.send(new GetBucketAclCommand({ Bucket }));
    expect(Grants).toEqual([
      { Grantee: { Type: 'CanonicalUser', ID: ids['stranger'] }, Permission: 'FULL_CONTROL' },
    ]);
  });

  test('are in the way of ownership without lists, and are checked when a bucket is made', async () => {
    const Bucket = await open();
    await owner.send(new PutBucketAclCommand({ Bucket, ACL: 'log-delivery-write' as 'private' }));
    const inTheWay = { name: 'InvalidBucketAclWithObjectOwnership' };
    await expect(setOwnership(Bucket, 'BucketOwnerEnforced')).rejects.toMatchObject(inTheWay);
    const create = (ACL: 'public-read' | 'private', ObjectOwnership?: ObjectOwnership) =>
      owner.send(new CreateBucketCommand({ Bucket: `${Bucket}-new`, ACL, ObjectOwnership }));
    await expect(create('public-read')).rejects.toMatchObject(inTheWay);
    await expect(create('public-read', 'ObjectWriter')).rejects.toMatchObject({
      name: 'InvalidBucketAclWithBlockPublicAccessError',
    });
    await create('private', 'ObjectWriter');
    const controls = new GetBucketOwnershipControlsCommand({ Bucket: `${Bucket}-new` });
    expect((await owner.send(controls)).OwnershipControls?.Rules).toEqual([
      { ObjectOwnership: 'ObjectWriter' },
    ]);
  });
});

test('public access blocks keep lists from being public, and from having that effect', async () => {
  const Bucket = await open();
  await put(Bucket, 'a', { ACL: 'public-read' });
  await owner.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }));
  const block = (name: 'BlockPublicAcls' | 'IgnorePublicAcls') =>
    owner.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { [name]: true } }));
  await block('BlockPublicAcls');
  expect(await status(url(Bucket, 'a'))).toBe(200);
  const refused = { ...DENIED, message: expect.stringContaining('BlockPublicAcls') as string };
  await expect(put(Bucket, 'b', { ACL: 'authenticated-read' })).rejects.toMatchObject(refused);
  const opening = new PutObjectAclCommand({ Bucket, Key: 'a', ACL: 'public-read' });
  await expect(owner.send(opening)).rejects.toMatchObject(refused);
  await expect(owner.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }))).rejects.toMatchObject(
    refused,
  );
  await put(Bucket, 'c', { GrantRead: `id=${ids['stranger']}` });
  await block('IgnorePublicAcls');
  expect(await status(url(Bucket, 'a'))).toBe(403);
  expect(await status(url(Bucket))).toBe(403);
  expect(await read(stranger, Bucket, 'c')).toBe('c');
});

describe('what is wrong with a list', () => {
  const Permission = 'READ' as const;
  const wrong: [string, Partial<PutObjectAclCommandInput>, object][] = [
    ['no list', {}, { name: 'MissingSecurityHeader', MissingHeaderName: 'x-amz-acl' }],
    ['an unknown name', { ACL: 'open' as 'private' }, { name: 'InvalidArgument', ArgumentValue: 'open' }],
    ['a name and grants', { ACL: 'private', GrantRead: 'id=0' }, { name: 'InvalidRequest' }],
    ['no id', { GrantRead: 'id=me' }, { name: 'InvalidArgument', message: 'Invalid id' }],
    ['no group', { GrantRead: 'uri=http://x' }, { name: 'InvalidArgument', message: 'Invalid group uri' }],
    ['no grantee', { GrantRead: 'everyone' }, { name: 'InvalidArgument', ArgumentValue: 'everyone' }],
    ['an address', { GrantRead: 'emailAddress=a@b.c' }, { name: 'MethodNotAllowed' }],
    [
      'no owner',
      { AccessControlPolicy: { Grants: [{ Grantee: EVERYONE, Permission }] } },
      { name: 'MalformedACLError' },
    ],
    ['another owner', { AccessControlPolicy: { Owner: { ID: '0'.repeat(64) }, Grants: [] } }, DENIED],
    [
      'a name and a body',
      { ACL: 'private', AccessControlPolicy: { Owner: { ID: 'x' } } },
      { name: 'UnexpectedContent' },
    ],
  ];
  let Bucket: string;
  beforeAll(async () => {
    Bucket = await open();
    await put(Bucket, 'a', { ACL: 'public-read' });
  });

  test.each(wrong)('%s', async (_, given, expected) => {
    const before = await grantsOf(Bucket, 'a');
    const object = new PutObjectAclCommand({ Bucket, Key: 'a', ...given });
    await expect(owner.send(object)).rejects.toMatchObject(expected);
    const bucket = new PutBucketAclCommand({ Bucket, ...(given as Partial<PutBucketAclCommandInput>) });
    await expect(owner.send(bucket)).rejects.toMatchObject(expected);
    expect(await grantsOf(Bucket, 'a')).toEqual(before);
  });
});

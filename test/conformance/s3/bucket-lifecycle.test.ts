import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketLifecycleCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type LifecycleRule,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock } from '../../support/async-events.ts';
import { eventually } from '../../support/functions.ts';
import { makeQueue, receive } from '../../support/queues.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const DAY_MS = 86_400_000;
let server: TestServer;
let s3: S3Client;

beforeAll(async () => {
  server = await startServer();
  s3 = s3ClientFor(server);
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

async function makeBucket(): Promise<string> {
  const Bucket = `aging-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

const put = async (Bucket: string, ...Rules: Partial<LifecycleRule>[]) =>
  await s3.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: { Rules: Rules.map((rule) => ({ Status: 'Enabled', Filter: {}, ...rule })) },
    }),
  );

/** Keys with whether each is current, a delete marker, or neither. */
async function versions(Bucket: string): Promise<string[]> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  const shown = [
    ...Versions.map(({ Key, IsLatest }) => `${Key} ${IsLatest === true ? 'current' : 'noncurrent'}`),
    ...DeleteMarkers.map(({ Key }) => `${Key} marker`),
  ];
  return shown.sort((a, b) => (a < b ? -1 : 1));
}

test('answers tell when the rules will end an object, or an upload', async () => {
  const Bucket = await makeBucket();
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  await put(
    Bucket,
    { ID: 'later', Filter: {}, Expiration: { Days: 30 } },
    { ID: 'by tag, "soon"', Filter: { Tag: { Key: 'class', Value: 'tmp' } }, Expiration: { Days: 1 } },
    { ID: 'off', Status: 'Disabled', Filter: {}, Expiration: { Days: 1 } },
    { ID: 'uploads', Filter: { Prefix: 'u' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
  );
  // Clients wait until they are shown it.
  const stored = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
  expect(stored.TransitionDefaultMinimumObjectSize).toBe('all_storage_classes_128K');
  const midnight = (sinceMs: number, days: number) =>
    new Date((Math.ceil(sinceMs / DAY_MS) + days) * DAY_MS).toUTCString();
  const telling = ({ LastModified }: { LastModified?: Date | undefined }, days: number, id: string) =>
    `expiry-date="${midnight(LastModified?.getTime() ?? 0, days)}", rule-id="${id}"`;
  const object = { Bucket, Key: 'a' };
  const first = await s3.send(new PutObjectCommand({ ...object, Body: '1', Tagging: 'class=tmp' }));
  const head = await s3.send(new HeadObjectCommand(object));
  expect(head.Expiration).toBe(telling(head, 1, 'by%20tag%2C%20%22soon%22'));
  expect(first.Expiration).toBe(head.Expiration);
  const second = await s3.send(new PutObjectCommand({ ...object, Body: '2' }));
  const got = await s3.send(new GetObjectCommand(object));
  expect(got.Expiration).toBe(telling(got, 30, 'later'));
  expect(second.Expiration).toBe(got.Expiration);
  // What has been replaced is for other rules.
  const old = await s3.send(new HeadObjectCommand({ ...object, VersionId: first.VersionId }));
  expect(old.Expiration).toBeUndefined();
  const { UploadId, AbortDate, AbortRuleId } = await s3.send(
    new CreateMultipartUploadCommand({ Bucket, Key: 'upload' }),
  );
  expect(AbortRuleId).toBe('uploads');
  expect(AbortDate?.getTime()).toBeGreaterThan(got.LastModified?.getTime() ?? 0);
  const parts = await s3.send(new ListPartsCommand({ Bucket, Key: 'upload', UploadId }));
  expect(parts.AbortDate).toEqual(AbortDate);
});

test('objects expire by age, of which the bucket tells', async () => {
  const Bucket = await makeBucket();
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: '*',
  };
  const queue = await makeQueue(server.sqs, {
    Policy: JSON.stringify({ Version: '2012-10-17', Statement: statement }),
  });
  const QueueConfigurations = [{ QueueArn: queue.arn, Events: ['s3:LifecycleExpiration:*' as const] }];
  const NotificationConfiguration = { QueueConfigurations };
  await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  await receive(server.sqs, queue, { WaitTimeSeconds: 5 });
  for (const Key of ['logs/old', 'kept']) await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'never-completed' }));
  expect(UploadId).toBeDefined();
  await put(
    Bucket,
    { ID: 'logs', Filter: { Prefix: 'logs/' }, Expiration: { Days: 2 } },
    { ID: 'uploads', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
  );
  await advanceClock(server, DAY_MS);
  expect(await versions(Bucket)).toEqual(['kept current', 'logs/old current']);
  await advanceClock(server, 2 * DAY_MS);
  expect(await versions(Bucket)).toEqual(['kept current']);
  const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  expect(uploads.Uploads).toBeUndefined();
  const told: string[] = [];
  await eventually(
    async () => {
      for (const { Body = '' } of await receive(server.sqs, queue)) told.push(Body);
      return told.some((body) => body.includes('LifecycleExpiration:Delete'));
    },
    (found) => found,
    30_000,
  );
  expect(JSON.parse(told.find((body) => body.includes('LifecycleExpiration')) ?? '')).toMatchObject({
    Records: [
      {
        eventVersion: '2.3',
        eventName: 'LifecycleExpiration:Delete',
        userIdentity: { principalId: 's3.amazonaws.com' },
        s3: { object: { key: 'logs/old' } },
      },
    ],
  });
});

test('with versions a marker comes first, then old versions go, then the marker', async () => {
  const Bucket = await makeBucket();
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  for (const Body of ['1', '2']) await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'lone' }));
  await put(Bucket, { Expiration: { Days: 1 } }, { NoncurrentVersionExpiration: { NoncurrentDays: 3 } });
  await advanceClock(server, 2 * DAY_MS);
  expect(await versions(Bucket)).toEqual(['k marker', 'k noncurrent', 'k noncurrent']);
  await advanceClock(server, 6 * DAY_MS);
  expect(await versions(Bucket)).toEqual([]);
});

describe('rules', () => {
  test('are given back as they were put', async () => {
    const Bucket = await makeBucket();
    const read = async () => (await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules;
    await expect(read()).rejects.toMatchObject({ name: 'NoSuchLifecycleConfiguration' });
    const Rules: LifecycleRule[] = [
      { ID: 'a', Status: 'Enabled', Filter: { Prefix: 'a/' }, Expiration: { Days: 1 } },
      {
        ID: 'b',
        Status: 'Disabled',
        Filter: { And: { Prefix: 'b/', Tags: [{ Key: 'k', Value: 'v' }], ObjectSizeGreaterThan: 5 } },
        Expiration: { Date: new Date('2030-01-01T00:00:00Z') },
        NoncurrentVersionExpiration: { NoncurrentDays: 2, NewerNoncurrentVersions: 3 },
      },
      { ID: 'c', Status: 'Enabled', Prefix: '', Expiration: { ExpiredObjectDeleteMarker: true } },
    ];
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    expect(await read()).toEqual(Rules);
    await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
    await expect(read()).rejects.toMatchObject({ name: 'NoSuchLifecycleConfiguration' });
  });

  test.each([
    [{ Expiration: { Days: 0 } }, 'InvalidArgument'],
    [{ Expiration: { Date: new Date('2030-01-01T01:00:00Z') } }, 'InvalidArgument'],
    [{ Expiration: { Days: 1, ExpiredObjectDeleteMarker: true } }, 'MalformedXML'],
    [{}, 'InvalidRequest'],
    [{ Transitions: [{ Days: 1, StorageClass: 'GLACIER' as const }] }, 'NotImplemented'],
    [
      { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Filter: { ObjectSizeGreaterThan: 1 } },
      'InvalidRequest',
    ],
  ])('%#: are refused when they are none', async (rule, name) => {
    const Bucket = await makeBucket();
    await expect(put(Bucket, rule)).rejects.toMatchObject({ name });
    await expect(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NoSuchLifecycleConfiguration',
    });
  });
});

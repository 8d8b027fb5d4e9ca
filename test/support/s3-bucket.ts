import {
  CreateBucketCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';

/** A bucket of one test's own, and the two things one does all the time. */
export interface TestBucket {
  readonly Bucket: string;
  put(
    Key: string,
    Body: NonNullable<PutObjectCommandInput['Body']>,
    more?: Partial<PutObjectCommandInput>,
  ): Promise<PutObjectCommandOutput>;
  /** The object as text. */
  read(Key: string, more?: Partial<GetObjectCommandInput>): Promise<string>;
}

let made = 0;

export async function makeBucket(s3: S3Client, versioning?: 'Enabled'): Promise<TestBucket> {
  made += 1;
  const Bucket = `bucket-${process.pid}-${Date.now().toString(36)}-${made}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  if (versioning !== undefined) await setVersioning(s3, Bucket, versioning);
  return {
    Bucket,
    put: async (Key, Body, more = {}) => await s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more })),
    read: async (Key, more = {}) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
      return (await Body?.transformToString()) ?? '';
    },
  };
}

export async function setVersioning(
  s3: S3Client,
  Bucket: string,
  Status: 'Enabled' | 'Suspended',
): Promise<void> {
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
}

import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { TestServer } from './server.ts';

/** @param settings e.g. another account: its id is its access key */
export function s3ClientFor({ endpoint }: TestServer, settings: S3ClientConfig = {}): S3Client {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    ...settings,
  });
}

import { createHash } from 'node:crypto';
import type { S3BucketTable } from '../../../store/s3-schema.ts';
import { partitionOf } from '../../../model/stored-function.ts';

export interface StoredBucket {
  readonly name: string;
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAtMs: number;
  readonly versioning: '' | 'Enabled' | 'Suspended';
  /** Sub-resources that were put, by name. */
  readonly settings: BucketSettings;
}

/** JSON documents, each as the operations of its sub-resource understand it. */
export type BucketSettings = Readonly<Record<string, unknown>>;

export function storedBucketOf(row: S3BucketTable): StoredBucket {
  return {
    name: row.name,
    arn: `arn:${partitionOf(row.region)}:s3:::${row.name}`,
    accountId: row.account_id,
    region: row.region,
    createdAtMs: row.created_at_ms,
    versioning: row.versioning,
    settings: row.settings === '{}' ? NO_SETTINGS : (JSON.parse(row.settings) as BucketSettings),
  };
}

const NO_SETTINGS: BucketSettings = {};

/** The other name that accounts have in S3: 64 hex digits. */
export function canonicalUserId(accountId: string): string {
  return createHash('sha256').update(`canonical user of ${accountId}`).digest('hex');
}

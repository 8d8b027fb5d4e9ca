import type {
  GetPublicAccessBlockOutput,
  PublicAccessBlockConfiguration,
  PutPublicAccessBlockRequest,
} from '@aws-sdk/client-s3';
import type { BucketSettings, StoredBucket } from '../buckets/stored-bucket.ts';
import { malformedXml } from '../s3-errors.ts';
import { notSet } from './unset-settings.ts';

/** What a bucket keeps from the public, whatever its policy says. */
export type PublicAccessBlock = Readonly<Required<{ [K in keyof PublicAccessBlockConfiguration]: boolean }>>;

/** Since 2023 new buckets have everything blocked; `none` stands for a block that was removed. */
const NEW_BUCKETS: PublicAccessBlock = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};
export const NO_BLOCK = 'none';

/** @returns undefined when nothing is blocked */
export function publicAccessBlock(settings: BucketSettings): PublicAccessBlock | undefined {
  const stored = settings['publicAccessBlock'];
  if (stored === NO_BLOCK) return undefined;
  return (stored as PublicAccessBlock | undefined) ?? NEW_BUCKETS;
}

export function readPublicAccessBlock({
  PublicAccessBlockConfiguration: given,
}: PutPublicAccessBlockRequest): PublicAccessBlock {
  if (given === undefined) throw malformedXml();
  return {
    BlockPublicAcls: given.BlockPublicAcls === true,
    IgnorePublicAcls: given.IgnorePublicAcls === true,
    BlockPublicPolicy: given.BlockPublicPolicy === true,
    RestrictPublicBuckets: given.RestrictPublicBuckets === true,
  };
}

export function writePublicAccessBlock(_: unknown, bucket: StoredBucket): GetPublicAccessBlockOutput {
  const block = publicAccessBlock(bucket.settings);
  if (block === undefined) throw notSet('publicAccessBlock', bucket.name);
  return { PublicAccessBlockConfiguration: block };
}

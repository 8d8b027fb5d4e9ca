import type { GetBucketTaggingOutput, PutBucketTaggingRequest } from '@aws-sdk/client-s3';
import { ServiceError } from '../../../model/service-error.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { malformedXml } from '../s3-errors.ts';
import { required } from './bucket-setting.ts';
import { notSet } from './unset-settings.ts';

const MOST_TAGS = 50;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;

/** @throws InvalidTag, MalformedXML, BadRequest */
export function readTags({ Tagging: tagging }: PutBucketTaggingRequest): Readonly<Record<string, string>> {
  if (tagging?.TagSet === undefined) throw malformedXml();
  const tags: Record<string, string> = {};
  for (const { Key: key = '', Value: value = '' } of tagging.TagSet) {
    if (key === '' || key.length > LONGEST_KEY)
      throw invalidTag('The TagKey you have provided is invalid', key);
    if (value.length > LONGEST_VALUE) throw invalidTag('The TagValue you have provided is invalid', key);
    if (key.startsWith('aws:')) throw invalidTag('System tags cannot be added/updated by requester', key);
    if (Object.hasOwn(tags, key)) throw invalidTag('Cannot provide multiple Tags with the same key', key);
    tags[key] = value;
  }
  if (tagging.TagSet.length > MOST_TAGS)
    throw new ServiceError('BadRequest', `Bucket tag count cannot be greater than ${MOST_TAGS}`);
  return tags;
}

export function writeTags(stored: unknown, { name }: StoredBucket): GetBucketTaggingOutput {
  const tags = required(stored, () => notSet('tags', name)) as Record<string, string>;
  return { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

function invalidTag(message: string, key: string): ServiceError {
  return new ServiceError('InvalidTag', message, 400, { TagKey: key });
}

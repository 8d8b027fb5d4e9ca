import type { Tag } from '@aws-sdk/client-sns';
import { invalidParameter } from '../sns-errors.ts';
import { ServiceError } from '../../../model/service-error.ts';

export type Tags = Readonly<Record<string, string>>;

const MOST_TAGS = 50;
const KEY_LIMIT = 128;
const VALUE_LIMIT = 256;

/** @throws InvalidParameter, TagLimitExceeded */
export function withTags(before: Tags, added: readonly Tag[]): Tags {
  const keys = new Set(added.map(({ Key }) => Key));
  if (keys.size < added.length) throw invalidParameter('Duplicated keys are not allowed.');
  const after: Record<string, string> = { ...before };
  for (const { Key: key = '', Value: value = '' } of added) {
    if (key === '' || key.length > KEY_LIMIT || value.length > VALUE_LIMIT || key.startsWith('aws:')) {
      throw invalidParameter('Tag');
    }
    after[key] = value;
  }
  if (Object.keys(after).length > MOST_TAGS) {
    throw new ServiceError(
      'TagLimitExceededException',
      'Could not complete request: tag quota of per resource exceeded',
    );
  }
  return after;
}

export function withoutTags(before: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(before).filter(([key]) => !keys.includes(key)));
}

export function shownTags(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

import type { Tag } from '@aws-sdk/client-eventbridge';
import { limitExceeded, badParameter } from './events-errors.ts';

export type Tags = Readonly<Record<string, string>>;

const MOST_TAGS = 50;

/** @throws ValidationException, LimitExceededException */
export function withTags(before: Tags, added: readonly Tag[]): Tags {
  const after: Record<string, string> = { ...before };
  for (const { Key: key = '', Value: value = '' } of added) {
    if (key.startsWith('aws:')) throw badParameter('Tags', 'keys must not begin with aws:');
    after[key] = value;
  }
  if (Object.keys(after).length > MOST_TAGS) throw limitExceeded('A resource has 50 tags at most.');
  return after;
}

export function withoutTags(before: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(before).filter(([key]) => !keys.includes(key)));
}

export function shownTags(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

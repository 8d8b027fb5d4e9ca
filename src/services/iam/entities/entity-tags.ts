import type { Tag } from '@aws-sdk/client-iam';
import { invalidInput, limitExceeded } from '../iam-errors.ts';

const TAG_LIMIT = 50;
const RESERVED = /^aws:/i;

/** Tags as they are kept. Throws InvalidInput for a key that comes twice or is AWS's own. */
export function tagsOf(list: readonly Tag[] | undefined): Record<string, string> {
  const tags: Record<string, string> = {};
  const seen = new Set<string>();
  for (const { Key = '', Value = '' } of list ?? []) {
    if (RESERVED.test(Key))
      throw invalidInput('aws: prefixed tag key names are not allowed for external use.');
    // Keys that differ in case only are the same key.
    if (seen.has(Key.toLowerCase()))
      throw invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    seen.add(Key.toLowerCase());
    tags[Key] = Value;
  }
  return checkedTags(tags);
}

/** Adds and overwrites. Throws LimitExceeded. */
export function withTags(
  before: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  const replaced = new Set(Object.keys(added).map((key) => key.toLowerCase()));
  const kept = Object.entries(before).filter(([key]) => !replaced.has(key.toLowerCase()));
  return checkedTags({ ...Object.fromEntries(kept), ...added });
}

export function withoutTags(
  before: Readonly<Record<string, string>>,
  keys: readonly string[],
): Record<string, string> {
  const removed = new Set(keys.map((key) => key.toLowerCase()));
  return Object.fromEntries(Object.entries(before).filter(([key]) => !removed.has(key.toLowerCase())));
}

export function tagList(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** What answers show: nothing where there are none. */
export function shownTags(tags: Readonly<Record<string, string>>): { readonly Tags?: Tag[] } {
  return Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) };
}

function checkedTags(tags: Record<string, string>): Record<string, string> {
  if (Object.keys(tags).length > TAG_LIMIT)
    throw limitExceeded('The number of tags has reached the maximum limit.');
  return tags;
}

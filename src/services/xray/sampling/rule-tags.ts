import type { Tag } from '@aws-sdk/client-xray';
import { ServiceError } from '../../../model/service-error.ts';
import { invalidRequest } from '../xray-errors.ts';

const MOST_TAGS = 50;

/** @throws ServiceError InvalidRequestException, TooManyTagsException */
export function withTags(before: readonly Tag[], added: readonly Tag[]): Tag[] {
  const after = new Map(before.map((tag) => [tag.Key, tag]));
  for (const { Key, Value } of added) {
    if (Key?.startsWith('aws:') === true) throw invalidRequest('Keys of tags must not begin with aws:');
    after.set(Key, { Key, Value });
  }
  if (after.size > MOST_TAGS)
    throw new ServiceError('TooManyTagsException', `A resource has ${MOST_TAGS} tags at most.`);
  return [...after.values()];
}

export function withoutTags(before: readonly Tag[], keys: readonly string[]): Tag[] {
  return before.filter(({ Key = '' }) => !keys.includes(Key));
}
